"""Sandbox: the steps run in a process of their own, so that no file can take the invocation down, or see what is ours.

    parent    the function: holds the credentials, trusts nothing that it is answered (`answer`)
    zygote    an interpreter that is started with an empty environment, loads the decoders, and forks the children
    child     converts pictures; before it looks at the first, it gives up what it does not need (`confinement`,
              `seccomp`)

A decoder that crashes, loops or eats memory ends its child and nothing else, on the first attempt: the answer is
`rejected`, where a function that runs out of memory or time would be tried three times before anybody heard of it. What
a picture may cost is processor time, which is the same on a slow machine. A child that neither uses it nor answers is
our problem, and raises SandboxError.

A child is kept for the next picture as long as all that it was given became thumbnails: that costs 10 to 45 ms less
than a new one. After anything else it is killed, and what a kept child refuses is tried again by a new one, so that no
picture is refused for what another left behind. What a taken-over child can still do is said in
docs/decisions/imaging-sandbox.md.
"""
