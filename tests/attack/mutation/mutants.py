"""mutants.py - every small change to a C source file, at the exact places that libclang names.

find(path, arguments) gives a list of Mutant. Kinds:
  comparison, logical, arithmetic, unary   an operator becomes another one, or is dropped
  constant    a number, character or named constant is one more or less; a string is empty
  operand     one side of && or || no longer decides
  condition   the condition of if, for, while or ?: is negated
  statement   a statement is deleted; also one case of a switch
  return      a function returns another value
  field       a designated initializer is left out
  row, swap   a row of a table is removed, or changes places with the next one

A mutant has an id, exact in this version of the file (file:line:column:kind:change), and a key that
survives a move: the file, the function, the kind, and its line with the change in brackets.
"""
import bisect
import re
from dataclasses import dataclass

from clang.cindex import CursorKind as Kind
from clang.cindex import Index, TokenKind, TranslationUnit, TypeKind

SWAPS = {
    "==": ("comparison", ["!="]), "!=": ("comparison", ["=="]),
    "<": ("comparison", ["<=", ">="]), "<=": ("comparison", ["<", ">"]),
    ">": ("comparison", [">=", "<="]), ">=": ("comparison", [">", "<"]),
    "&&": ("logical", ["||"]), "||": ("logical", ["&&"]),
    "&": ("arithmetic", ["|"]), "|": ("arithmetic", ["&"]), "^": ("arithmetic", ["&", "|"]),
    "<<": ("arithmetic", [">>"]), ">>": ("arithmetic", ["<<"]),
    "+": ("arithmetic", ["-"]), "-": ("arithmetic", ["+"]), "*": ("arithmetic", ["/"]),
    "|=": ("arithmetic", ["&=", "="]), "&=": ("arithmetic", ["|=", "="]),
    "+=": ("arithmetic", ["-=", "="]),
}
UNARY = {"!": "", "~": "", "-": "", "++": "--", "--": "++"}
BINARY_CURSORS = (Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR)
DELETABLE = (Kind.CALL_EXPR, Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR,
             Kind.UNARY_OPERATOR, Kind.CSTYLE_CAST_EXPR, Kind.IF_STMT, Kind.FOR_STMT,
             Kind.WHILE_STMT, Kind.SWITCH_STMT, Kind.BREAK_STMT, Kind.CONTINUE_STMT)
INTEGERS = (TypeKind.INT, TypeKind.UINT, TypeKind.LONG, TypeKind.ULONG, TypeKind.ENUM)
SHOWN = 60  # characters of a long change in a key


@dataclass(frozen=True)
class Mutant:
    """The bytes start to end of a file replaced by text."""
    file: str
    function: str
    kind: str
    start: int
    end: int
    text: str
    id: str
    key: str


class Source:
    """One file: its text, its tokens and what was parsed."""

    def __init__(self, path, arguments):
        with open(path, encoding="latin-1", newline="") as file:  # a character for each byte
            self.text = file.read()
        self.path = str(path)
        self.name = self.path.rsplit("/", 1)[-1]
        unit = Index.create().parse(
            self.path, args=arguments,
            options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        errors = [d.spelling for d in unit.diagnostics if d.severity >= 3]
        if errors:
            raise RuntimeError(f"{path}: {errors[0]}")
        self.cursor = unit.cursor
        self.tokens = [t for t in unit.get_tokens(extent=unit.cursor.extent)
                       if t.kind != TokenKind.COMMENT]
        self.starts = [t.extent.start.offset for t in self.tokens]
        self.macros = {c.extent.start.offset for c in unit.cursor.get_children()
                       if c.kind == Kind.MACRO_INSTANTIATION and self.holds(c)}
        self.found = []
        self.function = ""

    def holds(self, cursor):
        """Whether a cursor is in this file, not in a header."""
        file = cursor.extent.start.file
        return file is not None and file.name == self.path

    def between(self, start, end):
        """The tokens that begin in a range of bytes."""
        first = bisect.bisect_left(self.starts, start)
        return self.tokens[first:bisect.bisect_left(self.starts, end)]

    def add(self, kind, start, end, text, change, shown=None):
        """One more mutant. shown: the change in the key, where text would be long."""
        line = self.text.count("\n", 0, start) + 1
        begin = self.text.rfind("\n", 0, start) + 1
        finish = self.text.find("\n", end)
        key = (f"{self.name}:{self.function}:{kind}: {self.text[begin:start]}"
               f"[{shorten(self.text[start:end])} -> {shorten(text if shown is None else shown)}]"
               f"{self.text[end:finish]}")
        label = f"{self.name}:{line}:{start - begin + 1}:{kind}:{change}"
        self.found.append(Mutant(self.name, self.function, kind, start, end, text,
                                 label, " ".join(key.split())))


def shorten(text):
    """A change as a key shows it."""
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[:SHOWN - 3] + "..."


def extent(cursor):
    """Where a cursor starts and ends, in bytes."""
    return cursor.extent.start.offset, cursor.extent.end.offset


# ---- tokens ----


def mutate_operator(source, token):
    """Another operator, or none."""
    start, end = extent(token)
    # Of some tokens clang 21 knows no cursor.
    old, kind = token.spelling, token.cursor and token.cursor.kind
    if kind in BINARY_CURSORS and old in SWAPS:
        name, replacements = SWAPS[old]
        for new in replacements:
            source.add(name, start, end, new, new)
    elif kind == Kind.UNARY_OPERATOR and old in UNARY:
        source.add("unary", start, end, UNARY[old], UNARY[old] or f"no{old}")


def mutate_literal(source, token):
    """One more, one less, or nothing."""
    start, end = extent(token)
    old = token.spelling
    if old[0] == '"':
        if old != '""':
            source.add("constant", start, end, '""', "empty")
        return
    if old[0] == "'":
        source.add("constant", start, end, f"({old} + 1)", "+1")
        return
    digits = re.fullmatch(r"(0x[0-9a-fA-F]+|[0-9]+)([uUlL]*)", old)
    value = int(digits[1], 0 if digits[1].startswith("0x") else 10)
    for step in (1, -1):
        if value + step >= 0:
            form = hex if digits[1].startswith("0x") else str
            source.add("constant", start, end, form(value + step) + digits[2], f"{step:+d}")


def mutate_name(source, token, following):
    """true and false change places; another named number is one more."""
    start, end = extent(token)
    old = token.spelling
    if old in ("true", "false"):
        new = "false" if old == "true" else "true"
        source.add("constant", start, end, new, new)
        return
    referenced = token.cursor and token.cursor.referenced
    enumerator = referenced is not None and referenced.kind == Kind.ENUM_CONSTANT_DECL
    object_macro = start in source.macros and following != "(" and old not in ("NULL", "bool")
    if object_macro or (enumerator and referenced.spelling == old):
        source.add("constant", start, end, f"({old} + 1)", "+1")


def mutate_designator(source, tokens, at):
    """Leaves out `.field = value,`."""
    depth = 0
    for token in tokens[at:]:
        if depth == 0 and token.spelling in (",", "}", ")"):
            start = extent(tokens[at])[0]
            comma = token.spelling == ","
            end = extent(token)[1] if comma else extent(token)[0]
            source.add("field", start, end, "", tokens[at + 1].spelling)
            return
        depth += (token.spelling in "({[") - (token.spelling in ")}]")


def is_answer(tokens, at):
    """Part of `return CONSTANT;`, which mutate_return changes."""
    around = " ".join(t.spelling for t in tokens[max(at - 2, 0):at + 3])
    return re.search(r"\breturn (- 1|0|true|false) ;", around) is not None


def mutate_tokens(source, start, end):
    """All that can be seen from a token and what it belongs to."""
    tokens = source.between(start, end)
    for at, token in enumerate(tokens):
        following = tokens[at + 1].spelling if at + 1 < len(tokens) else ""
        if is_answer(tokens, at):
            continue
        if token.kind == TokenKind.PUNCTUATION:
            if token.spelling == "." and tokens[at - 1].spelling in ("{", ","):
                mutate_designator(source, tokens, at)
            else:
                mutate_operator(source, token)
        elif token.kind == TokenKind.LITERAL:
            mutate_literal(source, token)
        elif token.kind == TokenKind.IDENTIFIER:
            mutate_name(source, token, following)


# ---- expressions and statements ----


def operator_of(source, cursor):
    """The operator of a binary expression; "" inside a macro."""
    left, right = cursor.get_children()
    tokens = source.between(extent(left)[1], extent(right)[0])
    return next((t.spelling for t in tokens if t.spelling != ")"), "")


def mutate_operands(source, cursor):
    """a && b becomes 1 && b and a && 1; a || b becomes 0 || b and a || 0."""
    operator = operator_of(source, cursor)
    if operator not in ("&&", "||"):
        return
    for side in cursor.get_children():
        if side.kind == Kind.BINARY_OPERATOR and operator_of(source, side) == operator:
            continue
        neutral = "1" if operator == "&&" else "0"
        source.add("operand", *extent(side), neutral, neutral)


def condition_of(source, cursor):
    """The extent of what decides; None for a loop without end."""
    children = list(cursor.get_children())
    if cursor.kind != Kind.FOR_STMT:
        return extent(children[0])
    tokens = source.between(*extent(cursor))
    semicolons = [extent(t)[0] for t in tokens if t.spelling == ";"][:2]
    inner = source.between(semicolons[0] + 1, semicolons[1])
    return (extent(inner[0])[0], extent(inner[-1])[1]) if inner else None


def mutate_condition(source, cursor):
    """Negates a condition whose negation is not one changed operator."""
    place = condition_of(source, cursor)
    if place is None:
        return
    text = source.text[place[0]:place[1]]
    single = not re.search(r"&&|\|\|", text)
    if single and (re.search(r"[=!]=|[^-<]<[^<]|[^->]>[^>]", text) or text.startswith("!")):
        return
    source.add("condition", *place, f"!({text})", "negated")


def mutate_statements(source, body):
    """Deletes each statement of a block, or the one that a condition or loop governs."""
    children = list(body.get_children())
    if body.kind in (Kind.IF_STMT, Kind.WHILE_STMT):
        children = children[1:]
    elif body.kind == Kind.FOR_STMT:
        children = children[-1:]
    elif body.kind in (Kind.CASE_STMT, Kind.DEFAULT_STMT):
        children = children[-1:]
    for child in children:
        whole_if = body.kind == Kind.IF_STMT and len(children) == 1
        if child.kind not in DELETABLE or (whole_if and child.kind == Kind.CONTINUE_STMT):
            continue
        source.add("statement", *extent(child), "{}" if ends_in_brace(source, child) else "",
                   "deleted", "")


def ends_in_brace(source, cursor):
    """Whether the extent of a statement takes its end with it, so that `;` does not follow."""
    tokens = source.between(*extent(cursor))
    after = source.between(extent(cursor)[1], extent(cursor)[1] + 40)
    return tokens[-1].spelling in ("}", ";") or not after or after[0].spelling != ";"


def mutate_case(source, cursor):
    """Takes one label out of a switch."""
    start = extent(cursor)[0]
    colon = next(t for t in source.between(*extent(cursor)) if t.spelling == ":")
    source.add("statement", start, extent(colon)[1], "", "case-removed")


def mutate_return(source, cursor, returned):
    """Another answer, after the same effects."""
    children = list(cursor.get_children())
    if not children:
        return
    place = extent(children[0])
    text = source.text[place[0]:place[1]]
    kind = returned.get_canonical().kind
    answers = []
    if kind == TypeKind.BOOL:
        answers = ["true", "false"]
    elif kind in INTEGERS:
        answers = ["-1"] if text == "0" else ["0"]
    elif kind == TypeKind.POINTER:
        answers = ["NULL"]
    for answer in answers:
        if text != answer:
            new = f"(({text}), {answer})" if "(" in text else answer
            source.add("return", *place, new, answer, answer)


def mutate_rows(source, table):
    """Removes each row of a table, and swaps it with the next."""
    rows = [extent(row) for row in table.get_children()]
    if len(rows) < 2 or not all(source.text[start] == "{" for start, _ in rows):
        return
    for at, (start, end) in enumerate(rows):
        comma = source.text.find(",", end) + 1 if source.text[end] == "," else end
        source.add("row", start, comma, "", "removed")
        if at + 1 < len(rows):
            after_start, after_end = rows[at + 1]
            text = source.text
            swapped = text[after_start:after_end] + text[end:after_start] + text[start:end]
            source.add("swap", start, after_end, swapped, "with-next", "after the next")


def mutate_tree(source, cursor, returned):
    """All that depends on the structure, below and with cursor."""
    if cursor.kind == Kind.BINARY_OPERATOR:
        mutate_operands(source, cursor)
    if cursor.kind in (Kind.IF_STMT, Kind.WHILE_STMT, Kind.FOR_STMT, Kind.CONDITIONAL_OPERATOR):
        mutate_condition(source, cursor)
    if cursor.kind in (Kind.COMPOUND_STMT, Kind.IF_STMT, Kind.WHILE_STMT, Kind.FOR_STMT,
                       Kind.CASE_STMT, Kind.DEFAULT_STMT):
        mutate_statements(source, cursor)
    if cursor.kind in (Kind.CASE_STMT, Kind.DEFAULT_STMT):
        mutate_case(source, cursor)
    if cursor.kind == Kind.RETURN_STMT and returned is not None:
        mutate_return(source, cursor, returned)
    if cursor.kind == Kind.INIT_LIST_EXPR:
        mutate_rows(source, cursor)
    for child in cursor.get_children():
        mutate_tree(source, child, returned)


def find(path, arguments):
    """All mutants of a file, in the order of their places, no two with the same key."""
    source = Source(path, arguments)
    for declaration in source.cursor.get_children():
        function = declaration.kind == Kind.FUNCTION_DECL and declaration.is_definition()
        if not source.holds(declaration) or not (function or declaration.kind == Kind.VAR_DECL):
            continue
        source.function = declaration.spelling
        body = list(declaration.get_children())[-1]
        mutate_tokens(source, *extent(body))
        mutate_tree(source, body, declaration.result_type if function else None)
    return number_keys(sorted(source.found, key=lambda m: (m.start, m.end, m.kind, m.text)))


def number_keys(mutants):
    """The second of two equal keys of one function becomes KEY #2, and so on."""
    seen, numbered = {}, []
    for mutant in mutants:
        seen[mutant.key] = seen.get(mutant.key, 0) + 1
        count = seen[mutant.key]
        key = mutant.key if count == 1 else f"{mutant.key} #{count}"
        numbered.append(Mutant(**{**mutant.__dict__, "key": key}))
    return numbered
