#include "learn/report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "learn/error.h"

static const char *output_name(const struct learn_options *options) {
    if (options->output == NULL)
        return "the report";
    return strcmp(options->output, "-") == 0 ? "standard output" : options->output;
}

/* Moves the report to a descriptor that is not inherited. A descriptor that cannot be written to,
 * such as one closed by the caller and replaced at start, is an error before the program runs. */
static FILE *take_standard_output(void) {
    int flags = fcntl(STDOUT_FILENO, F_GETFL);

    if (flags < 0)
        return NULL;
    if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY) {
        errno = EBADF;
        return NULL;
    }
    /* If the caller has closed standard error, both are closed for the program. */
    bool closed = (fcntl(STDERR_FILENO, F_GETFD) & FD_CLOEXEC) != 0;
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd < 0 || dup3(STDERR_FILENO, STDOUT_FILENO, closed ? O_CLOEXEC : 0) < 0)
        return NULL;
    return fdopen(fd, "w");
}

static bool is_standard(const struct learn_options *options) {
    return strcmp(options->output, "-") == 0;
}

/* The file keeps its content until something else is written: --runs may add to it. */
static FILE *open_file(const char *name) {
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (file == NULL && fd >= 0)
        (void)close(fd);
    return file;
}

/* Has no effect if it is not a regular file. */
static void empty(const struct learn_options *options, FILE *file) {
    if (!is_standard(options))
        (void)!ftruncate(fileno(file), 0);
}

/* It is a file of --runs, which is worth more than an error. */
static bool is_of_runs(const struct learn_options *options, FILE *file) {
    struct stat status, other;

    if (fstat(fileno(file), &status) != 0)
        return false;
    for (unsigned i = 0; i < options->run_count; i++)
        if (stat(options->runs[i], &other) == 0 && other.st_dev == status.st_dev &&
            other.st_ino == status.st_ino)
            return true;
    return false;
}

int output_open(const struct learn_options *options, FILE **file, struct fail *f) {
    *file = NULL;
    if (options->output == NULL)
        return 0;
    *file = is_standard(options) ? take_standard_output() : open_file(options->output);
    return *file != NULL ? 0
                         : error_set(f, "output", errno, "give -o a file that can be written",
                                     "%s cannot be opened", output_name(options));
}

int output_finish(const struct learn_options *options, const struct output_report *report,
                  FILE *file, struct fail *f) {
    FILE *out = file != NULL ? file : stderr;

    (void)signal(SIGPIPE, SIG_IGN);
    if (file != NULL)
        empty(options, file);
    int error = report->write(out, report->what);
    if (error == 0 && ferror(out) != 0)
        error = -errno;
    if (file != NULL && fclose(file) != 0 && error == 0)
        error = -errno;
    if (error == 0)
        return 0;
    if (file != NULL)
        report->text(stderr, report->what);
    return error_set(f, "output", error, "give -o a file on a disk that is not full",
                     "%s cannot be written", output_name(options));
}

static bool asks_for_json(const struct learn_options *options) {
    return options->json ||
           (options->format_word != NULL && strcmp(options->format_word, "json") == 0);
}

int output_error(const struct learn_options *options, FILE *file, const struct fail *f) {
    bool kept = file != NULL && is_of_runs(options, file);
    FILE *document = kept ? NULL : file;

    if (document != NULL)
        empty(options, document);
    if (file == NULL && options->output != NULL && is_standard(options))
        document = stdout;
    int status = error_print(f, asks_for_json(options) ? document : NULL);
    if (file != NULL)
        (void)fclose(file);
    return status;
}
