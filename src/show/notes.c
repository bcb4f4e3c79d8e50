#include "show/notes.h"

#include <stdio.h>

#include "text/capname.h"

void note_print(const struct note *note, char text[NOTE_SIZE]) {
    char names[CAPNAME_LIST_SIZE];

    capname_join(note->caps, "", ",", names);
    (void)snprintf(text, NOTE_SIZE, "%s%s%s", names, note->caps == 0 ? "" : ": ", note->text);
}

/* The text depends on the kind of stream that is not handed over: a file, a socket, or a terminal
 * whose session another process leads. */
static struct note stream_note(unsigned streams) {
    static const char *const texts[] = {
        [1] =
            "standard output is not handed over, and the user may not open it again (/dev/stdout)",
        [2] = "standard error is not handed over, and the user may not open it again (/dev/stderr)",
        [3] = "standard output and error are not handed over, and the user may not open them again "
              "(/dev/stdout, /dev/stderr)",
    };

    return (struct note){.code = "stdio-closed", .always = true, .text = texts[streams >> 1 & 3]};
}

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
    if (pipeline->plan.left_out != 0)
        notes[count++] = (struct note){
            .code = "want-left-out",
            .always = true,
            .caps = pipeline->plan.left_out,
            .text = "wanted, and not permitted here: the program starts without",
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
    if (pipeline->program.streams_closed != 0)
        notes[count++] = stream_note(pipeline->program.streams_closed);
    if (pipeline->program.ambient_cleared)
        notes[count++] = (struct note){
            .code = "ambient-cleared",
            .always = false,
            .text = "the program's file capabilities clear the ambient set; permitted and "
                    "effective are as asked",
        };
    if (pipeline->plan.disable_userns && pipeline->plan.userns_refused)
        notes[count++] = (struct note){
            .code = "userns-refused-already",
            .always = false,
            .text = "making and entering user namespaces was refused here already, by another "
                    "filter",
        };
    return count;
}
