# CPack runs this for each kind of package, before anything is built for it: what has to be there.

# What is within the program is other people's work.
if(CPACK_CAPWRAP_HOLDS_LIBRARIES AND NOT EXISTS "${CPACK_CAPWRAP_NOTICES}/NOTICE")
  message(FATAL_ERROR "a package of a capwrap with libraries in it has to hold their licences: make it "
                      "with -DCAPWRAP_SHARED_LIBCAP_NG=ON, or a static one with "
                      "contrib/packaging/static-musl.sh")
endif()

# Without it CPack makes a package without dependencies.
if(CPACK_GENERATOR STREQUAL "DEB")
  find_program(shlibdeps dpkg-shlibdeps NO_CACHE)
  if(NOT shlibdeps)
    message(FATAL_ERROR "dpkg-shlibdeps, which finds the dependencies, is missing: install dpkg-dev")
  endif()
endif()
