"""A permanent filter of system calls (seccomp(2)): memory, threads, clocks, and the connection that is already open.

Everything else fails with EPERM: files, sockets, programs, other processes. Numbers: asm/unistd_64.h for x86-64,
asm-generic/unistd.h for arm64, of Linux 6.1.
"""

import ctypes
import errno
import os
import resource
import struct
from collections.abc import Iterator
from typing import NamedTuple


class _Machine(NamedTuple):
    """audit: the kernel's number for it (linux/audit.h). calls: allowed ones. clone: only with CLONE_THREAD. clone3:
    fails with ENOSYS, because a filter cannot see its flags, so that glibc falls back to clone. limit: prlimit64, only
    for this process's own address space. signals: kill and tgkill, only to this process."""

    audit: int
    calls: tuple[int, ...]
    clone: int
    clone3: int
    limit: int
    signals: tuple[int, int]


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        (
            *(1, 17, 44, 45, 38),  # write, pread64, sendto, recvfrom, setitimer
            *(9, 10, 11, 12, 25, 28),  # mmap, mprotect, munmap, brk, mremap, madvise
            *(13, 14, 15, 131, 219),  # rt_sigaction, rt_sigprocmask, rt_sigreturn, sigaltstack, restart_syscall
            *(202, 24, 204, 309),  # futex, sched_yield, sched_getaffinity, getcpu
            *(273, 324, 334),  # set_robust_list, membarrier, rseq
            *(96, 201, 228, 229),  # gettimeofday, time, clock_gettime, clock_getres
            *(35, 230),  # nanosleep, clock_nanosleep
            *(39, 186, 99, 318, 60, 231),  # getpid, gettid, sysinfo, getrandom, exit, exit_group
        ),
        clone=56,
        clone3=435,
        limit=302,
        signals=(62, 234),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        (
            *(64, 67, 206, 207, 103),
            *(222, 226, 215, 214, 216, 233),
            *(134, 135, 139, 132, 128),
            *(98, 124, 123, 168),
            *(99, 283, 293),
            *(169, 113, 114),
            *(101, 115),
            *(172, 178, 179, 278, 93, 94),
        ),
        clone=220,
        clone3=435,
        limit=261,
        signals=(129, 131),
    ),
}

# prctl(2), linux/seccomp.h, linux/filter.h
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_REFUSED = _ERRNO | errno.EPERM
_LOAD, _EQUAL, _ANY_OF, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _AUDIT, _FIRST, _SECOND = 0, 4, 16, 24  # offsets in a filter's input; of arguments, the lower half
_CLONE_THREAD = 0x10000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install() -> bool:
    """Whether the kernel accepted the filter: macOS, emulated processors and, reportedly, AWS Lambda do not."""
    machine = _MACHINES.get(os.uname().machine)
    if os.uname().sysname != "Linux" or machine is None:
        return False
    instructions = b"".join(_instructions(machine, os.getpid()))
    program = _Program(len(instructions) // 8, instructions)
    prctl = ctypes.CDLL(None).prctl
    prctl.argtypes = (ctypes.c_int, *4 * (ctypes.c_ulong,))
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program), 0, 0) == 0)


def _instructions(machine: _Machine, process: int) -> Iterator[bytes]:
    """8 bytes each: code, number to skip when true, when false, operand."""
    yield _instruction(_LOAD, _AUDIT)
    yield from _unless(_EQUAL, machine.audit, _REFUSED)
    yield _instruction(_LOAD, _NUMBER)
    for call in machine.calls:
        yield from _if(call, [_instruction(_RETURN, _ALLOW)])
    yield from _if(machine.clone3, [_instruction(_RETURN, _ERRNO | errno.ENOSYS)])
    own_limit = *_where(_FIRST, _EQUAL, 0), *_where(_SECOND, _EQUAL, resource.RLIMIT_AS)
    for call, conditions in (
        (machine.clone, _where(_FIRST, _ANY_OF, _CLONE_THREAD)),
        (machine.limit, own_limit),
        *((signal, _where(_FIRST, _EQUAL, process)) for signal in machine.signals),
    ):
        yield from _if(call, [*conditions, _instruction(_RETURN, _ALLOW)])
    yield _instruction(_RETURN, _REFUSED)


def _if(call: int, then: list[bytes]) -> list[bytes]:
    return [struct.pack("=HBBI", _EQUAL, 0, len(then), call), *then]


def _where(argument: int, test: int, operand: int) -> list[bytes]:
    return [_instruction(_LOAD, argument), *_unless(test, operand, _REFUSED)]


def _unless(test: int, operand: int, answer: int) -> list[bytes]:
    return [struct.pack("=HBBI", test, 1, 0, operand), _instruction(_RETURN, answer)]


def _instruction(code: int, operand: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, operand)
