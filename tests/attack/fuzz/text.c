/*
 * The strict parsers of numbers and of capability names.
 * Input: the choice of maximum, then the text.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "ref.h"
#include "text/capname.h"
#include "text/number.h"

/* Those that capwrap asks for, and the highest that number_parse() can tell from an overflow. */
static const uint64_t MOST[] = {63, INT32_MAX, UINT32_MAX - 1, UINT32_MAX, 9999999999999999999u};

static void check_number(const char *word, uint64_t max) {
    uint64_t value = 0, expected = 0;
    bool plain = ref_is_number(word) && (word[0] != '0' || word[1] == '\0');

    int status = number_parse(word, max, &value);
    CHECK(number_is_digits(word) == ref_is_number(word), "%s", word);
    if (ref_number(word, max, &expected)) {
        fuzz_count("number");
        CHECK(status == 0 && value == expected, "'%s': %d, %llu", word, status,
              (unsigned long long)value);
    } else {
        CHECK(status == (plain ? -ERANGE : -EINVAL), "'%s': %d", word, status);
    }
}

/* The text has no terminator: no byte after it may be read. */
static void check_cap(const uint8_t *data, size_t size) {
    char *word = malloc(size);

    if (word == NULL)
        return;
    if (size > 0)
        memcpy(word, data, size);
    int cap = capname_parse(word, size), expected = ref_cap(word, size);
    if (expected >= 0)
        fuzz_count("capability");
    CHECK(expected >= 0 ? cap == expected : cap == -EINVAL, "%d, not %d", cap, expected);
    free(word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = input_of(data, size);
    uint64_t max = MOST[input_byte(&input) % (sizeof MOST / sizeof MOST[0])];

    check_cap(input.next, (size_t)(input.end - input.next));
    char *word = input_word(&input);
    check_number(word, max);
    free(word);
    return 0;
}
