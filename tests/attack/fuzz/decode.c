/*
 * --decode: what is printed names exactly the bits of the set, or it is refused with a hint.
 * Input: the value of the option.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "inspect/decode.h"
#include "ref.h"
#include "show/report.h"

/* The set that a printed list of names stands for; text is cut up. */
static uint64_t read_back(char *text) {
    uint64_t set = 0;
    char *word;

    if (strcmp(text, "none\n") == 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    while ((word = strsep(&text, ",")) != NULL) {
        int cap = ref_cap(word, strlen(word));
        CHECK(cap >= 0 && set >> cap == 0, "'%s' is no capability, or out of order", word);
        set |= UINT64_C(1) << (unsigned)cap;
    }
    return set;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = input_of(data, size);
    struct printed printed;
    uint64_t set;

    char *word = input_word(&input);
    const struct place place = {0};
    struct fail f = {0};
    capture_begin();
    int status = decode_set(word, false, &f) == 0 ? report_finish(&f) : report_failure(&f, &place);
    capture_end(&printed);
    if (ref_hex(word, &set)) {
        fuzz_count("decoded");
        CHECK(status == 0 && printed.err_size == 0, "%s: %s", word, printed.err);
        CHECK(printed.out_size > 0 && printed.out[printed.out_size - 1] == '\n', "no line");
        CHECK(read_back(printed.out) == set, "%s", word);
    } else {
        fuzz_count("refused");
        CHECK(status == EXIT_REFUSED && printed.out_size == 0, "%s", word);
        CHECK(strstr(printed.err, "\n  hint: ") != NULL, "%s", printed.err);
    }
    printed_free(&printed);
    free(word);
    return 0;
}
