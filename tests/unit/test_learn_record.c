/* Records of perf's ring buffer are read as they are written, and broken ones are ignored. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "learn/watch/record.h"

/* As Linux 6.18 prints it. */
static const char TRACEPOINT[] =
    "name: cap_capable\nID: 2073\nformat:\n"
    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
    "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
    "\tfield:const struct cred * cred;\toffset:8;\tsize:8;\tsigned:0;\n"
    "\tfield:struct user_namespace * target_ns;\toffset:16;\tsize:8;\tsigned:0;\n"
    "\tfield:const struct user_namespace * capable_ns;\toffset:24;\tsize:8;\tsigned:0;\n"
    "\tfield:int cap;\toffset:32;\tsize:4;\tsigned:1;\n"
    "\tfield:int ret;\toffset:36;\tsize:4;\tsigned:1;\n\n"
    "print fmt: \"cred %p, target_ns %p, capable_ns %p, cap %d, ret %d\", REC->cred\n";

/* As Linux 6.1 prints that of our own probe. */
static const char PROBE[] = "name: p123\nID: 1500\nformat:\n"
                            "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
                            "\tfield:unsigned long __probe_ip;\toffset:8;\tsize:8;\tsigned:0;\n"
                            "\tfield:u64 cred;\toffset:16;\tsize:8;\tsigned:0;\n"
                            "\tfield:s32 cap;\toffset:24;\tsize:4;\tsigned:1;\n";

/* A record that grows. */
struct bytes {
    _Alignas(8) unsigned char data[512];
    size_t size;
};

static void put(struct bytes *bytes, const void *value, size_t size) {
    memcpy(bytes->data + bytes->size, value, size);
    bytes->size += size;
}

static void put32(struct bytes *bytes, uint32_t value) { put(bytes, &value, sizeof value); }

static void put64(struct bytes *bytes, uint64_t value) { put(bytes, &value, sizeof value); }

static struct bytes begin(uint32_t type, uint16_t misc) {
    struct bytes bytes = {.size = 0};
    struct perf_event_header header = {.type = type, .misc = misc};

    put(&bytes, &header, sizeof header);
    return bytes;
}

static struct bytes sample(int cap, int ret, const uint64_t *chain, size_t depth) {
    struct bytes bytes = begin(PERF_RECORD_SAMPLE, 0);

    put32(&bytes, 100);
    put32(&bytes, 101);
    put64(&bytes, 5000);
    put64(&bytes, depth);
    for (size_t i = 0; i < depth; i++)
        put64(&bytes, chain[i]);
    put32(&bytes, 44);
    put64(&bytes, 0);
    put64(&bytes, 0xaaa0);
    put64(&bytes, 0xbbb0);
    put64(&bytes, 0xccc0);
    put32(&bytes, (uint32_t)cap);
    put32(&bytes, (uint32_t)ret);
    put32(&bytes, 0);
    return bytes;
}

static struct format tracepoint(void) {
    struct format format;

    assert_int_equal(record_read_format(TRACEPOINT, &format), 0);
    return format;
}

static void the_fields_of_the_tracepoint_are_found(void **state) {
    (void)state;
    struct format format = tracepoint();

    assert_int_equal(format.cap.offset, 32);
    assert_int_equal(format.cred.offset, 8);
    assert_int_equal(format.capable_ns.offset, 24);
    assert_int_equal(format.ret.offset, 36);
}

static void the_probe_has_fewer_fields(void **state) {
    (void)state;
    struct format format;

    assert_int_equal(record_read_format(PROBE, &format), 0);
    assert_int_equal(format.cap.offset, 24);
    assert_int_equal(format.cred.offset, 16);
    assert_int_equal(format.ret.size, 0);
    assert_int_equal(format.capable_ns.size, 0);
}

static void an_event_without_a_capability_is_none(void **state) {
    (void)state;
    struct format format;

    assert_int_equal(record_read_format("", &format), -EPROTO);
    assert_int_equal(record_read_format("\tfield:int recap;\toffset:8;\tsize:4;\n", &format),
                     -EPROTO);
    assert_int_equal(record_read_format("\tfield:char cap;\toffset:8;\tsize:1;\n", &format),
                     -EPROTO);
}

static void a_check_is_read_whole(void **state) {
    (void)state;
    static const uint64_t chain[] = {0xffffffff81000010, 0xffffffff81000020};
    struct format format = tracepoint();
    struct bytes bytes = sample(13, 0, chain, 2);
    struct record record;

    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_CHECK);
    assert_int_equal(record.pid, 100);
    assert_int_equal(record.tid, 101);
    assert_int_equal(record.time, 5000);
    assert_int_equal(record.cap, 13);
    assert_int_equal(record.cred, 0xaaa0);
    assert_int_equal(record.target_ns, 0xbbb0);
    assert_int_equal(record.capable_ns, 0xccc0);
    assert_int_equal(record.result, RESULT_GRANTED);
    assert_int_equal(record.depth, 2);
    assert_memory_equal(record.chain, chain, sizeof chain);
    bytes = sample(13, -1, chain, 2);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.result, RESULT_REFUSED);
}

static void a_cgroup_that_is_made_is_read(void **state) {
    (void)state;
    struct format format = tracepoint();
    struct record record;
    struct bytes bytes = begin(PERF_RECORD_CGROUP, 0);

    put64(&bytes, 0xc600);
    put64(&bytes, 0x0064636261632f2fU); /* "//cabcd" */
    put64(&bytes, 7);
    put64(&bytes, 5000);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_CGROUP);
    assert_int_equal(record.cgroup, 0xc600);
    assert_string_equal(record.comm, "//cabcd");
    assert_int_equal(record.time, 5000);
}

/* After the registers of the user, or after the word that there are none. */
static void the_cgroup_of_a_check_is_read(void **state) {
    (void)state;
    struct format format = tracepoint();
    struct bytes bytes = sample(13, 0, NULL, 0);
    struct record record;

    format.cgroups = true;
    if (RECORD_REGISTERS != 0)
        put64(&bytes, 0);
    struct bytes short_one = bytes;
    put64(&bytes, 0xc600);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.cgroup, 0xc600);
    assert_int_equal(record.where, 0);
    assert_false(record_read(&format, short_one.data, short_one.size, &record));
    if (RECORD_REGISTERS == 0)
        return;
    bytes = sample(13, 0, NULL, 0);
    put64(&bytes, 2);
    put64(&bytes, 0x1000);
    put64(&bytes, 0x2000);
    put64(&bytes, 0xc601);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.cgroup, 0xc601);
    assert_int_not_equal(record.where, 0);
}

/* A sample of another event: its number, the number of the call, and what follows. */
static struct bytes other(uint16_t type, const uint64_t *values, uint32_t count) {
    struct bytes bytes = begin(PERF_RECORD_SAMPLE, 0);

    put32(&bytes, 100);
    put32(&bytes, 101);
    put64(&bytes, 5000);
    put64(&bytes, 0);
    put32(&bytes, 16 + 8 * count + 4);
    put64(&bytes, type);
    put64(&bytes, 105);
    for (uint32_t i = 0; i < count; i++)
        put64(&bytes, values[i]);
    put32(&bytes, 0);
    put64(&bytes, 2); /* the registers: of a 64-bit process */
    put64(&bytes, 0x7fff0);
    put64(&bytes, 0x40010);
    return bytes;
}

static void calls_and_their_ends_are_read(void **state) {
    (void)state;
    static const uint64_t args[] = {33, 34, 35}, one[] = {7}, value[] = {(uint64_t)-13};
    struct format format = tracepoint();
    struct record record;

    format.others[0] = (struct other_event){300, RECORD_CALL, CALL_SETRESUID};
    format.others[1] = (struct other_event){301, RECORD_RETURN, CALL_SETRESUID};
    format.other_count = 2;
    struct bytes bytes = other(300, args, 3);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_CALL);
    assert_int_equal(record.call, CALL_SETRESUID);
    assert_memory_equal(record.args, args, sizeof args);
    uint64_t where = record.where;
    bytes = other(300, one, 1);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.args[0], 7);
    assert_int_equal(record.args[1], 0);
    bytes = other(301, value, 1);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_RETURN);
    assert_int_equal(record.value, -13);
    assert_int_equal(record.where, where); /* of the same place in the program */
    bytes = other(302, args, 3);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_CHECK);
}

static void each_call_has_a_name(void **state) {
    (void)state;
    for (unsigned call = 0; call < CALLS; call++)
        assert_true(strlen(record_call_name(call)) > 4);
}

static void a_record_that_is_cut_off_is_none(void **state) {
    (void)state;
    static const uint64_t chain[] = {1, 2, 3};
    struct format format = tracepoint();
    struct bytes bytes = sample(13, 0, chain, 3);
    struct record record;

    /* The last word is padding, and the one before it the answer: that may be missing. */
    for (size_t size = 0; size < bytes.size - 4; size++)
        assert_false(record_read(&format, bytes.data, size, &record));
}

static void lengths_that_lie_are_refused(void **state) {
    (void)state;
    struct format format = tracepoint();
    struct bytes bytes = sample(13, 0, NULL, 0);
    struct record record;
    const uint64_t depth = UINT64_MAX / 8 + 2;
    const uint32_t raw = UINT32_MAX;

    memcpy(bytes.data + 8 + 16, &depth, sizeof depth);
    assert_false(record_read(&format, bytes.data, bytes.size, &record));
    bytes = sample(13, 0, NULL, 0);
    memcpy(bytes.data + 8 + 24, &raw, sizeof raw);
    assert_false(record_read(&format, bytes.data, bytes.size, &record));
}

static void processes_and_names_are_read(void **state) {
    (void)state;
    struct format format = tracepoint();
    struct record record;
    struct bytes bytes = begin(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC);

    put32(&bytes, 7);
    put32(&bytes, 8);
    put(&bytes, "nginx\0\0", 8);
    put64(&bytes, 0);
    put64(&bytes, 77);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_COMM);
    assert_true(record.exec);
    assert_string_equal(record.comm, "nginx");
    assert_int_equal(record.time, 77);

    bytes = begin(PERF_RECORD_FORK, 0);
    put32(&bytes, 20);
    put32(&bytes, 10);
    put32(&bytes, 21);
    put32(&bytes, 11);
    put64(&bytes, 78);
    put64(&bytes, 0);
    put64(&bytes, 79);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_FORK);
    assert_int_equal(record.pid, 20);
    assert_int_equal(record.parent, 10);
    assert_int_equal(record.tid, 21);
    assert_int_equal(record.time, 79);
}

static void losses_are_told(void **state) {
    (void)state;
    struct format format = tracepoint();
    struct record record;
    struct bytes bytes = begin(PERF_RECORD_LOST, 0);

    put64(&bytes, 1);
    put64(&bytes, 4711);
    put64(&bytes, 0);
    put64(&bytes, 80);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_LOST);
    assert_int_equal(record.lost, 4711);
}

static void other_records_are_no_matter(void **state) {
    (void)state;
    struct format format = tracepoint();
    struct record record;
    struct bytes bytes = begin(PERF_RECORD_THROTTLE, 0);

    put64(&bytes, 0);
    put64(&bytes, 0);
    assert_true(record_read(&format, bytes.data, bytes.size, &record));
    assert_int_equal(record.kind, RECORD_OTHER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fields_of_the_tracepoint_are_found),
        cmocka_unit_test(the_probe_has_fewer_fields),
        cmocka_unit_test(an_event_without_a_capability_is_none),
        cmocka_unit_test(a_check_is_read_whole),
        cmocka_unit_test(a_cgroup_that_is_made_is_read),
        cmocka_unit_test(the_cgroup_of_a_check_is_read),
        cmocka_unit_test(calls_and_their_ends_are_read),
        cmocka_unit_test(each_call_has_a_name),
        cmocka_unit_test(a_record_that_is_cut_off_is_none),
        cmocka_unit_test(lengths_that_lie_are_refused),
        cmocka_unit_test(processes_and_names_are_read),
        cmocka_unit_test(losses_are_told),
        cmocka_unit_test(other_records_are_no_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
