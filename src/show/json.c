#include "show/json.h"

#include "text/capname.h"
#include "text/printable.h"

const char *json_code(enum fail_code code) {
    static const char *const words[FAIL_CODES] = {
#define JSON_WORD(code, word) word,
        FAIL_CODE_LIST(JSON_WORD)
#undef JSON_WORD
    };
    return code < FAIL_CODES ? words[code] : words[FAIL_NONE];
}

void json_string(FILE *out, const char *text) {
    if (text == NULL) {
        (void)fputs("null", out);
        return;
    }
    (void)fputc('"', out);
    for (const char *c = text; *c != '\0';) {
        uint32_t code;
        size_t length = printable_sequence(c, &code);
        if (length == 0)
            (void)fputs("\\ufffd", out);
        else if (printable_is_control(code) && code > 0xffff) /* as a surrogate pair */
            (void)fprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
        else if (printable_is_control(code))
            (void)fprintf(out, "\\u%04x", code);
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
