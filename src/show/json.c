#include "show/json.h"

#include "text/capname.h"

const char *json_code(enum fail_code code) {
    static const char *const words[FAIL_CODES] = {
#define JSON_WORD(code, word) word,
        FAIL_CODE_LIST(JSON_WORD)
#undef JSON_WORD
    };
    return code < FAIL_CODES ? words[code] : words[FAIL_NONE];
}

/* The length of the UTF-8 sequence at text, 0 when there is none (RFC 3629, section 4). */
static size_t sequence(const unsigned char *text) {
    unsigned char first = text[0], low = 0x80, high = 0xbf;
    size_t length = first < 0x80   ? 1
                    : first < 0xc2 ? 0
                    : first < 0xe0 ? 2
                    : first < 0xf0 ? 3
                    : first < 0xf5 ? 4
                                   : 0;

    if (first == 0xe0)
        low = 0xa0; /* shorter forms exist */
    else if (first == 0xed)
        high = 0x9f; /* surrogates */
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f; /* above U+10FFFF */
    for (size_t i = 1; i < length; i++) {
        if (text[i] < low || text[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

void json_string(FILE *out, const char *text) {
    if (text == NULL) {
        (void)fputs("null", out);
        return;
    }
    (void)fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0';) {
        size_t length = sequence(c);
        if (length == 0)
            (void)fputs("\\ufffd", out);
        else if (*c < ' ' || *c == 0x7f)
            (void)fprintf(out, "\\u%04x", *c);
        else if (*c == 0xc2 && c[1] < 0xa0) /* U+0080 to U+009F: control characters too */
            (void)fprintf(out, "\\u%04x", c[1]);
        else if (*c == '"' || *c == '\\')
            (void)fprintf(out, "\\%c", *c);
        else
            (void)fwrite(c, 1, length, out);
        c += length == 0 ? 1 : length;
    }
    (void)fputc('"', out);
}

static void json_ids(FILE *out, const char *name, const struct ids *ids) {
    (void)fprintf(out, "\"%s\":{\"real\":%u,\"effective\":%u,\"saved\":%u,\"fs\":%u},", name,
                  ids->real, ids->effective, ids->saved, ids->fs);
}

void json_caps(FILE *out, const char *name, uint64_t set) {
    const char *separator = "";

    (void)fprintf(out, "\"%s\":[", name);
    for (unsigned cap = 0; cap < CAP_BITS; cap++) {
        char word[CAPNAME_SIZE];
        if ((set & CAP_MASK(cap)) == 0)
            continue;
        capname_print(cap, word);
        (void)fprintf(out, "%s\"%s\"", separator, word);
        separator = ",";
    }
    (void)fputs("]", out);
}

void json_file_caps(FILE *out, const struct exec_file *file) {
    (void)fprintf(out, "{\"effective\":%s,", file->caps_effective ? "true" : "false");
    json_caps(out, "permitted", file->caps_permitted);
    (void)fputc(',', out);
    json_caps(out, "inheritable", file->caps_inheritable);
    (void)fputc('}', out);
}

void json_cred(FILE *out, const struct cred *cred, bool securebits_known) {
    const struct {
        const char *name;
        uint64_t set;
    } sets[] = {
        {"permitted", cred->permitted},     {"effective", cred->effective},
        {"inheritable", cred->inheritable}, {"bounding", cred->bounding},
        {"ambient", cred->ambient},
    };

    (void)fputc('{', out);
    json_ids(out, "uid", &cred->uid);
    json_ids(out, "gid", &cred->gid);
    (void)fputs("\"groups\":[", out);
    for (size_t i = 0; i < cred->groups.count; i++)
        (void)fprintf(out, "%s%u", i == 0 ? "" : ",", cred->groups.list[i]);
    (void)fputs("],", out);
    for (size_t i = 0; i < 5; i++) {
        json_caps(out, sets[i].name, sets[i].set);
        (void)fputc(',', out);
    }
    if (securebits_known)
        (void)fprintf(out, "\"securebits\":%u,", cred->securebits);
    else
        (void)fputs("\"securebits\":null,", out);
    (void)fprintf(out, "\"no_new_privs\":%s}", cred->no_new_privs ? "true" : "false");
}
