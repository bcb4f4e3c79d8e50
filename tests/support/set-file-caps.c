/*
 * set-file-caps cap_net_raw=p|cap_net_admin=ep FILE: works as setcap(8), for the self-test on
 * machines for which only a compiler is available here. File capabilities are little-endian on
 * every processor.
 */
#include <endian.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

int main(int argc, char **argv) {
    static const struct {
        const char *text;
        unsigned capability;
        uint32_t flags;
    } known[] = {
        {"cap_net_raw=p", CAP_NET_RAW, 0},
        {"cap_net_admin=ep", CAP_NET_ADMIN, VFS_CAP_FLAGS_EFFECTIVE},
    };
    for (size_t i = 0; argc == 3 && i < sizeof known / sizeof *known; i++) {
        if (strcmp(argv[1], known[i].text) == 0) {
            const struct vfs_cap_data data = {
                .magic_etc = htole32(VFS_CAP_REVISION_2 | known[i].flags),
                .data[0].permitted = htole32(UINT32_C(1) << known[i].capability),
            };
            if (setxattr(argv[2], "security.capability", &data, sizeof data, 0) == 0) {
                return 0;
            }
            perror(argv[2]);
            return 1;
        }
    }
    fputs("usage: set-file-caps cap_net_raw=p|cap_net_admin=ep FILE\n", stderr);
    return 2;
}
