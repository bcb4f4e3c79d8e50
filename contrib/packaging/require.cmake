# CPack runs this for each kind of package, before it builds anything, to check the requirements.

# A program that contains third-party libraries needs their licences in the package.
if(CPACK_CAPWRAP_HOLDS_LIBRARIES AND NOT EXISTS "${CPACK_CAPWRAP_NOTICES}/NOTICE")
  message(FATAL_ERROR "a package of a capwrap that contains libraries must include their licences: make it "
                      "with -DCAPWRAP_SHARED_LIBCAP_NG=ON, or a static one with "
                      "contrib/packaging/static-musl.sh")
endif()

# Without dpkg-shlibdeps CPack makes a package without dependencies.
if(CPACK_GENERATOR STREQUAL "DEB")
  find_program(shlibdeps dpkg-shlibdeps NO_CACHE)
  if(NOT shlibdeps)
    message(FATAL_ERROR "dpkg-shlibdeps, which finds the dependencies, is missing: install dpkg-dev")
  endif()
endif()
