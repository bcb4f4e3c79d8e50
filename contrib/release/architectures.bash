# shellcheck shell=bash
# architectures.bash - sourced: the architectures that the static program is built for.

# A line for each: Debian's name; the compiler's name; the qemu-user emulator; the option for the linker, or -.
architecture_table() {
    cat <<'TABLE'
amd64   x86_64-linux-gnu      qemu-x86_64  -
arm64   aarch64-linux-gnu     qemu-aarch64 -
armhf   arm-linux-gnueabihf   qemu-arm     -
i386    i686-linux-gnu        qemu-i386    -
ppc64el powerpc64le-linux-gnu qemu-ppc64le -m,elf64lppc
riscv64 riscv64-linux-gnu     qemu-riscv64 -
s390x   s390x-linux-gnu       qemu-s390x   -
TABLE
}

architectures() {
    architecture_table | awk '{ print $1 }'
}

# architecture_field ARCH N: prints its Nth word above; fails if the architecture is unknown.
architecture_field() {
    architecture_table | awk -v arch="$1" -v field="$2" '$1 == arch { print $field; found = 1 } END { exit !found }'
}

# need_architecture ARCH
need_architecture() {
    architecture_field "$1" 1 >/dev/null ||
        die "unknown architecture $1" "Known: $(architectures | paste -sd ' ')"
}

target_of() { architecture_field "$1" 2; }
emulator_of() { architecture_field "$1" 3; }

# Architectures whose self-test also runs on Debian's kernel, in an emulated machine. A line for each: Debian's
# name; the suffix of its kernel packages; the console; the QEMU command.
machine_table() {
    cat <<'TABLE'
riscv64 riscv64 ttyS0    qemu-system-riscv64 -machine virt
s390x   s390x   ttysclp0 qemu-system-s390x -machine s390-ccw-virtio
TABLE
}

machines() {
    machine_table | awk '{ print $1 }'
}

kernel_flavour_of() { machine_table | awk -v arch="$1" '$1 == arch { print $2 }'; }
console_of() { machine_table | awk -v arch="$1" '$1 == arch { print $3 }'; }

# machine_command_of ARCH: prints the QEMU command, or nothing if no machine is emulated for ARCH.
machine_command_of() {
    machine_table | awk -v arch="$1" '$1 == arch { $1 = $2 = $3 = ""; print substr($0, 4) }'
}
