# Makes DEB, RPM and TGZ packages with CPack. See docs/packaging.md.

# One package at a time: the launcher, or the tool that finds out what a program needs.
set(CAPWRAP_PACKAGE capwrap CACHE STRING "Which package to make: capwrap or capwrap-learn")
if(CAPWRAP_PACKAGE STREQUAL "capwrap")
  set(component Unspecified) # CMake's name for files that are installed without a component
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "run a program with exactly the capabilities it needs")
  set(CPACK_RPM_PACKAGE_SUMMARY "Run a program with exactly the capabilities it needs")
  set(CPACK_PACKAGE_DESCRIPTION
      "capwrap executes a program as an ordinary user with exactly the Linux
capabilities that were named, in all five capability sets. If it cannot, it
does not start the program. It replaces gosu, su-exec, setpriv and capsh in
containers that start as root, in services and in the shell. It has neither
set-user-ID bits nor file capabilities.")
else()
  set(component learn)
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "find out which capabilities a program needs")
  set(CPACK_RPM_PACKAGE_SUMMARY "Find out which capabilities a program needs")
  # capwrap is only suggested: capwrap-learn works without it.
  set(CPACK_DEBIAN_PACKAGE_SUGGESTS capwrap)
  set(CPACK_PACKAGE_DESCRIPTION
      "capwrap-learn runs a program as an ordinary user, watches each capability
check that the kernel makes for it, runs it again with fewer capabilities, and
reports the smallest set that it was seen to work with. It prints the
configuration for capwrap, Docker, Compose, Kubernetes or systemd.")
endif()
set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};${PROJECT_NAME};${component};/")

set(CPACK_PACKAGE_NAME ${CAPWRAP_PACKAGE})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "the capwrap authors")
set(CPACK_PACKAGE_CONTACT
    "the capwrap authors <capwrap@example.org>"
    CACHE STRING "Who makes the packages, as NAME <ADDRESS>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB RPM TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_RELOCATABLE OFF)

set(CPACK_PACKAGE_FILE_NAME ${CAPWRAP_PACKAGE}-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
if(CAPWRAP_STATIC)
  string(APPEND CPACK_PACKAGE_FILE_NAME -static)
endif()

# A program that is linked statically with libcap-ng or a C library contains third-party code. Its package
# must include a notice and the licences. contrib/packaging/static-musl.sh collects them.
set(CAPWRAP_NOTICES "" CACHE PATH "Licences of the libraries within capwrap, for its package")
if(CAPWRAP_NOTICES)
  install(DIRECTORY ${CAPWRAP_NOTICES}/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/licenses
          USE_SOURCE_PERMISSIONS)
endif()

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_GROUP System/Base)
set(CPACK_RPM_PACKAGE_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_RPM_USER_FILELIST "%license /usr/share/licenses/${CAPWRAP_PACKAGE}/LICENSE")
# Reproducible packages: if SOURCE_DATE_EPOCH is set, it is the time of all files.
set(CPACK_RPM_SPEC_MORE_DEFINE
    "%define packager ${CPACK_PACKAGE_CONTACT}
%define _build_id_links none
%define _buildhost localhost
%define source_date_epoch_from_changelog 0
%define clamp_mtime_to_source_date_epoch 1
%define use_source_date_epoch_as_buildtime 1")
# System directories that the package does not own, in addition to those that CPack knows. It does own the
# directories of the shells' completions, because no other package may.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/share/man /usr/share/man/man1
                                                  /usr/share/licenses)

# The scripts below need these variables; CPack passes on variables that start with CPACK_.
set(CPACK_CAPWRAP_HOLDS_LIBRARIES ${CAPWRAP_HOLDS_LIBRARIES})
set(CPACK_CAPWRAP_NOTICES ${CAPWRAP_NOTICES})
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/require.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/repack.cmake)

include(CPack)
