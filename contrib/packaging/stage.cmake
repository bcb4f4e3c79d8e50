# CPack runs this after it has installed the files of a package and before it makes the package. It changes
# what differs between an install and this kind of package.

set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
set(doc ${share}/doc/${CPACK_PACKAGE_NAME})

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(compress)
  run(gzip --best --no-name --force ${ARGN})
endfunction()

# Writes a file that is not installed, with the mode of installed files.
function(write file)
  file(WRITE ${file} "${ARGN}")
  file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

# Writes LICENSE in Debian's copyright format.
function(write_copyright)
  file(READ ${doc}/LICENSE text)
  string(REGEX MATCH "Copyright \\(c\\) ([^\n]+)\n+(.*[^\n])\n*$" matched "${text}")
  set(owner "${CMAKE_MATCH_1}")
  string(REPLACE "\n\n" "\n.\n" terms "${CMAKE_MATCH_2}")
  string(REPLACE "\n" "\n " terms "${terms}")
  write(${doc}/copyright
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${CPACK_PACKAGE_NAME}

Files: *
Copyright: ${owner}
License: Expat
 ${terms}
")
  file(REMOVE ${doc}/LICENSE)
endfunction()

# The date is that of SOURCE_DATE_EPOCH if it is set.
function(write_debian_changelog)
  string(TIMESTAMP day "%a, %d %b %Y %H:%M:%S +0000" UTC)
  write(${doc}/changelog
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Made by CPack; CHANGELOG.md tells what is new in capwrap.

 -- ${CPACK_PACKAGE_CONTACT}  ${day}
")
endfunction()

if(CPACK_GENERATOR STREQUAL "DEB")
  write_copyright()
  write_debian_changelog()
  compress(${doc}/changelog ${share}/man/man1/${CPACK_PACKAGE_NAME}.1)
  run(strip --remove-section=.comment ${CPACK_TEMPORARY_DIRECTORY}/usr/bin/${CPACK_PACKAGE_NAME})
  # Debian's zsh reads vendor-completions, not site-functions.
  file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
elseif(CPACK_GENERATOR STREQUAL "RPM")
  compress(${share}/man/man1/${CPACK_PACKAGE_NAME}.1)
  file(MAKE_DIRECTORY ${share}/licenses/${CPACK_PACKAGE_NAME})
  file(RENAME ${doc}/LICENSE ${share}/licenses/${CPACK_PACKAGE_NAME}/LICENSE)
  string(TIMESTAMP day "%a %b %d %Y" UTC)
  set(CPACK_RPM_CHANGELOG_FILE ${CPACK_TOPLEVEL_DIRECTORY}/changelog)
  write(${CPACK_RPM_CHANGELOG_FILE}
"* ${day} ${CPACK_PACKAGE_CONTACT} - ${CPACK_PACKAGE_VERSION}-${CPACK_RPM_PACKAGE_RELEASE}
- Made by CPack; CHANGELOG.md tells what is new in capwrap.
")
endif()

# The modes must not depend on the umask.
file(CHMOD_RECURSE ${CPACK_TEMPORARY_DIRECTORY} DIRECTORY_PERMISSIONS
     OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
