# A toolchain file: Debian's compiler for another processor.
#
#   -DCAPWRAP_SYSROOT=DIR      a directory made by contrib/release/sysroot.sh: musl, static
#   -DCAPWRAP_TARGET=TRIPLET   the compiler's own C library, for instance aarch64-linux-gnu; libcap-ng is
#                              found through PKG_CONFIG_LIBDIR
if(CAPWRAP_SYSROOT)
  file(STRINGS ${CAPWRAP_SYSROOT}/target CAPWRAP_TARGET)
  set(CMAKE_C_COMPILER ${CAPWRAP_SYSROOT}/cc)
  set(ENV{PKG_CONFIG_LIBDIR} ${CAPWRAP_SYSROOT}/lib/pkgconfig)
else()
  set(CMAKE_C_COMPILER ${CAPWRAP_TARGET}-gcc)
endif()
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR "${CAPWRAP_TARGET}")
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_STRIP ${CAPWRAP_TARGET}-strip)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CAPWRAP_TARGET CAPWRAP_SYSROOT)
