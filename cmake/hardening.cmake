# Hardening flags that never override those of a distribution in CFLAGS or LDFLAGS: a flag is added
# only when no flag of its family is given already, and only when the compiler supports it.

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)

# Sets variable to all flags that CFLAGS or LDFLAGS and the build type give.
function(_capwrap_given_flags variable kind)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  set(${variable} " ${CMAKE_${kind}_FLAGS} ${CMAKE_${kind}_FLAGS_${type}} " PARENT_SCOPE)
endfunction()

function(_capwrap_harden_compile target flag family)
  _capwrap_given_flags(given C)
  if(given MATCHES "${family}")
    return()
  endif()
  string(MAKE_C_IDENTIFIER "CAPWRAP_HAS${flag}" has)
  # -Werror: clang only warns about a flag that it ignores on this machine.
  set(CMAKE_REQUIRED_FLAGS -Werror)
  check_c_compiler_flag(${flag} ${has})
  if(${has})
    target_compile_options(${target} INTERFACE ${flag})
  endif()
endfunction()

function(_capwrap_harden_link target flag family)
  _capwrap_given_flags(given EXE_LINKER)
  if(given MATCHES "${family}")
    return()
  endif()
  string(MAKE_C_IDENTIFIER "CAPWRAP_LINKS${flag}" has)
  check_linker_flag(C ${flag} ${has})
  if(${has})
    target_link_options(${target} INTERFACE ${flag})
  endif()
endfunction()

# _FORTIFY_SOURCE warns without optimisation, and some compilers define it themselves.
function(_capwrap_harden_fortify target)
  _capwrap_given_flags(given C)
  if(given MATCHES "_FORTIFY_SOURCE" OR NOT given MATCHES " -O[123sz]? ")
    return()
  endif()
  set(CMAKE_REQUIRED_FLAGS -O2)
  check_c_source_compiles(
    "#ifdef _FORTIFY_SOURCE
     #error predefined
     #endif
     int main(void) { return 0; }"
    CAPWRAP_FORTIFY_FREE)
  if(NOT CAPWRAP_FORTIFY_FREE)
    return()
  endif()
  # Level 3 requires this builtin; without it the C library warns and falls back to 2.
  check_c_source_compiles(
    "int main(void) { char a[4]; return (int)__builtin_dynamic_object_size(a, 1) - 4; }"
    CAPWRAP_HAS_FORTIFY_3)
  if(CAPWRAP_HAS_FORTIFY_3)
    target_compile_definitions(${target} INTERFACE _FORTIFY_SOURCE=3)
  else()
    target_compile_definitions(${target} INTERFACE _FORTIFY_SOURCE=2)
  endif()
endfunction()

function(capwrap_harden target)
  _capwrap_harden_compile(${target} -fPIE " -f(no-)?(pie|PIE|pic|PIC) ")
  _capwrap_harden_compile(${target} -fstack-protector-strong " -f(no-)?stack-protector")
  _capwrap_harden_compile(${target} -fstack-clash-protection " -f(no-)?stack-clash-protection ")
  _capwrap_harden_compile(${target} -fcf-protection " -fcf-protection")
  _capwrap_harden_fortify(${target})
  if(NOT CAPWRAP_STATIC)
    _capwrap_harden_link(${target} -pie " -(no-pie|pie|static|static-pie) ")
  endif()
  _capwrap_harden_link(${target} -Wl,-z,relro "-z,? ?(no)?relro")
  _capwrap_harden_link(${target} -Wl,-z,now "-z,? ?(now|lazy)")
endfunction()
