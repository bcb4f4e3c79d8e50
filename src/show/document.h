/*
 * document - the report of --dry-run: where a start begins, where it is to end, and by which steps.
 */
#ifndef CAPWRAP_DOCUMENT_H
#define CAPWRAP_DOCUMENT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/fail.h"
#include "core/pipeline.h"
#include "core/place.h"

/* Print what the stages filled, on standard output. f: why the start is refused; NULL when it is
 * not. reasons: tell as well why each step stands where it stands. The JSON is version 1,
 * docs/json.schema.json; place is for the words of its hint. */
void document_text(const struct pipeline *p, const struct fail *f, bool reasons);
void document_json(const struct pipeline *p, const struct fail *f, const struct place *place);

/* An error of what prints another document, or none. */
void document_error(FILE *out, const struct fail *f, const struct place *place);

#endif
