#include "show/notes.h"

size_t notes_collect(const struct pipeline *pipeline, struct note notes[NOTES_MOST]) {
    size_t count = 0;

    if (pipeline->plan.bounding_left)
        notes[count++] = (struct note){
            .code = "bounding-left",
            .always = true,
            .text = pipeline->plan.goal.no_new_privs
                        ? "the bounding set stays as it is, because CAP_SETPCAP is not permitted; "
                          "with no_new_privs no execve can use it"
                        : "the bounding set stays as it is, because CAP_SETPCAP is not permitted; "
                          "the program holds nothing, and --no-new-privs would keep it so",
        };
    if (pipeline->program.signal_cleared)
        notes[count++] = (struct note){
            .code = "parent-death-cleared",
            .always = true,
            .text = "the program's file capabilities make the kernel disarm the parent-death "
                    "signal that was inherited",
        };
    if (pipeline->program.directory_closed)
        notes[count++] = (struct note){
            .code = "directory-closed",
            .always = true,
            .text = "the user may not search the working directory, which the program inherits",
        };
    if (pipeline->program.ambient_cleared)
        notes[count++] = (struct note){
            .code = "ambient-cleared",
            .always = false,
            .text = "the program's file capabilities clear the ambient set; permitted and "
                    "effective are as asked",
        };
    return count;
}
