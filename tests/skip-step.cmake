# -DCAPWRAP_SKIP_STEP=NAME[;NAME...]: a capwrap that never makes these steps of its transition, for
# tests that have to notice (tests/attack/model/mutants); the name "verify" leaves out the proof. The
# sources hold nothing of it: a changed copy of transition.c, in the build folder, takes the place
# of the real one.

# Replaces the only occurrence of old in a variable; without one, or with more, the build is wrong.
function(_capwrap_replace_once variable old new step)
  string(FIND "${${variable}}" "${old}" first)
  string(FIND "${${variable}}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "CAPWRAP_SKIP_STEP: src/core/transition.c has no step \"${step}\"")
  endif()
  string(REPLACE "${old}" "${new}" changed "${${variable}}")
  set(${variable} "${changed}" PARENT_SCOPE)
endfunction()

function(capwrap_skip_step sources)
  set(original ${PROJECT_SOURCE_DIR}/src/core/transition.c)
  set(changed ${PROJECT_BINARY_DIR}/skip-step/transition.c)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${original})
  set(table "static const struct step STEPS")
  set(proof "int transition_verify(const struct plan *plan, struct fail *f) {\n")
  # a condition, so that the compiler does not complain of what is never used
  set(no_proof "    if (plan != NULL)\n        return 0;\n")

  file(READ ${original} text)
  foreach(step IN LISTS ARGN)
    if(step STREQUAL "verify")
      _capwrap_replace_once(text "${proof}" "${proof}${no_proof}" verify)
      continue()
    endif()
    # a row is {"NAME", WANTED, ...
    string(REGEX MATCH "{\"${step}\", ([a-z_]+)," row "${text}")
    set(wanted ${CMAKE_MATCH_1})
    string(MAKE_C_IDENTIFIER "skipped_${step}" skipped)
    _capwrap_replace_once(text "{\"${step}\", ${wanted}," "{\"${step}\", ${skipped}," "${step}")
    _capwrap_replace_once(
      text "${table}"
      "static enum wanted ${skipped}(const struct plan *plan) {
    (void)${wanted}(plan);
    return NOT_WANTED;
}

${table}"
      "${step}")
  endforeach()
  file(WRITE ${changed} "${text}")

  list(REMOVE_ITEM ${sources} ${original})
  list(APPEND ${sources} ${changed})
  set(${sources} "${${sources}}" PARENT_SCOPE)
  list(JOIN ARGN ", " steps)
  message(WARNING "this capwrap is broken on purpose: it skips ${steps}")
endfunction()
