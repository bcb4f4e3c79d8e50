# CAPWRAP_SANITIZE: address and undefined behaviour sanitizers. CAPWRAP_FUZZ: the same, and the
# instrumentation for libFuzzer.
#
# Sets CAPWRAP_POOL to the source that replaces core/pool.c, and CAPWRAP_SANITIZER_OPTIONS to a source
# that is linked into each program. Each is empty where it is not needed.

set(CAPWRAP_POOL "")
set(CAPWRAP_SANITIZER_OPTIONS "")

# Sanitizers check heap allocations, but not adjacent blocks in one static array.
if(CAPWRAP_SANITIZE OR CAPWRAP_FUZZ)
  set(CAPWRAP_POOL ${CMAKE_CURRENT_LIST_DIR}/sanitizers/pool.c)
endif()
if(CAPWRAP_SANITIZE)
  set(CAPWRAP_SANITIZER_OPTIONS ${CMAKE_CURRENT_LIST_DIR}/sanitizers/options.c)
endif()

function(capwrap_sanitize target)
  if(CAPWRAP_SANITIZE)
    target_compile_options(${target} INTERFACE -fsanitize=address,undefined
                                               -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} INTERFACE -fsanitize=address,undefined)
  endif()
  if(CAPWRAP_FUZZ)
    set(flags -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
    target_compile_options(${target} INTERFACE -O1 ${flags} -fno-omit-frame-pointer)
    target_link_options(${target} INTERFACE ${flags})
  endif()
endfunction()
