"""Sandbox: runs the steps in a separate process, so that no file can crash the invocation, or read what is ours.

    parent    the function: holds the credentials, and trusts no answer (`answer`)
    zygote    an interpreter with an empty environment, which loads the decoders, and forks the children
    child     converts pictures; before it reads the first, it gives up everything that it does not need (`confinement`,
              `seccomp`)

If a decoder crashes, loops or exhausts memory, only its child ends, on the first attempt, and the picture is rejected.
A function that runs out of memory or time would be tried three times before anybody was notified. The limit is
processor time, which is the same on a slow machine. A child that neither uses processor time nor answers is our fault,
and raises SandboxError. So does one that somebody else stops, and one that crashes with enough memory once the bytes of
the file have been read (`phase`).

A child is kept for the next picture while every picture that it received became thumbnails; that costs 10 to 45 ms less
than a new child. After anything else it is killed. If a kept child rejects a picture, a new one tries again, so that no
picture is rejected because of an earlier one. docs/decisions/imaging-sandbox.md describes what a child under an
attacker's control can still do.
"""
