/*
 * document - the report of --dry-run: the state at the start, the goal, and the steps between them.
 */
#ifndef CAPWRAP_DOCUMENT_H
#define CAPWRAP_DOCUMENT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/fail.h"
#include "core/pipeline.h"
#include "core/place.h"

/* Print the results of the stages on standard output. f: why the start is refused; NULL when it is
 * not. reasons: also print why each step has its position. The JSON has version 1,
 * docs/json.schema.json; place affects the wording of its hint. */
void document_text(const struct pipeline *p, const struct fail *f, bool reasons);
void document_json(const struct pipeline *p, const struct fail *f, const struct place *place);

/* Prints an error of a mode that prints another document, or none. */
void document_error(FILE *out, const struct fail *f, const struct place *place);

#endif
