# A toolchain file for cmake: Debian's cross compiler for CAPWRAP_TARGET, such as aarch64-linux-gnu.
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR "${CAPWRAP_TARGET}")
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${CAPWRAP_TARGET}-gcc)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CAPWRAP_TARGET)
