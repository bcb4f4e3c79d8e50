#include "inspect/cap_text.h"

#include <linux/capability.h>
#include <stddef.h>

/* Numbers are used because the headers of an old kernel lack the names. */
enum { NEW_PERFMON = 38, NEW_BPF = 39, NEW_CHECKPOINT_RESTORE = 40 };

static const char *const TEXTS[] = {
    [CAP_CHOWN] = "give files to any user and group",
    [CAP_DAC_OVERRIDE] = "read, write and execute files whatever their permissions say",
    [CAP_DAC_READ_SEARCH] = "read every file and search every directory; open files by handle",
    [CAP_FOWNER] = "do to files what only their owner may: chmod, utime, ACLs, sticky directories",
    [CAP_FSETID] = "keep set-id bits when a file changes; set the group bit for any group",
    [CAP_KILL] = "send signals to processes of any user",
    [CAP_SETGID] = "change to any group, and set any list of groups",
    [CAP_SETUID] = "change to any user, root too",
    [CAP_SETPCAP] = "narrow the bounding set, raise inheritable capabilities, set securebits",
    [CAP_LINUX_IMMUTABLE] = "set and remove the immutable and append-only attributes of files",
    [CAP_NET_BIND_SERVICE] = "bind ports below 1024",
    [CAP_NET_BROADCAST] = "unused by the kernel",
    [CAP_NET_ADMIN] = "configure interfaces, addresses, routes, firewall and socket options",
    [CAP_NET_RAW] = "open raw and packet sockets; bind to any address for transparent proxying",
    [CAP_IPC_LOCK] = "lock memory without a limit",
    [CAP_IPC_OWNER] = "use System V IPC objects whatever their permissions say",
    [CAP_SYS_MODULE] = "load and unload kernel modules",
    [CAP_SYS_RAWIO] = "use I/O ports, /dev/mem and raw device commands",
    [CAP_SYS_CHROOT] = "call chroot, and enter mount namespaces",
    [CAP_SYS_PTRACE] = "trace and read the memory of any process",
    [CAP_SYS_PACCT] = "switch process accounting on and off",
    [CAP_SYS_ADMIN] =
        "mount, set the host name, manage namespaces, quotas and much else: close to root",
    [CAP_SYS_BOOT] = "reboot, and load another kernel",
    [CAP_SYS_NICE] = "raise priorities, set real-time scheduling and CPU affinity of any process",
    [CAP_SYS_RESOURCE] = "pass over resource limits, disk quotas and reserved space",
    [CAP_SYS_TIME] = "set the system clock and the hardware clock",
    [CAP_SYS_TTY_CONFIG] = "hang up and configure virtual terminals",
    [CAP_MKNOD] = "create device files",
    [CAP_LEASE] = "take leases on any file",
    [CAP_AUDIT_WRITE] = "write records into the audit log",
    [CAP_AUDIT_CONTROL] = "switch auditing on and off, and change its rules",
    [CAP_SETFCAP] = "set file capabilities; map uid 0 into a new user namespace",
    [CAP_MAC_OVERRIDE] = "pass over the Smack policy",
    [CAP_MAC_ADMIN] = "change the Smack policy",
    [CAP_SYSLOG] = "read and configure the kernel log, and see kernel addresses",
    [CAP_WAKE_ALARM] = "set timers that wake the system up",
    [CAP_BLOCK_SUSPEND] = "keep the system from suspending",
    [CAP_AUDIT_READ] = "read the audit log by multicast",
    [NEW_PERFMON] = "use performance monitoring, and trace the kernel by it",
    [NEW_BPF] = "load BPF programs and make BPF maps",
    [NEW_CHECKPOINT_RESTORE] = "checkpoint and restore processes: choose a PID, read map_files",
};

const char *cap_text(unsigned cap) {
    return cap < sizeof TEXTS / sizeof TEXTS[0] ? TEXTS[cap] : NULL;
}
