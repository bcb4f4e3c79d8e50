# CPack runs this after it has made a package. In CPack's .tar.gz the files belong to the user who made it,
# and root who unpacks it would give them to that uid. So the archive is made again with root as the owner.

if(NOT CPACK_GENERATOR STREQUAL "TGZ")
  return()
endif()
cmake_path(GET CPACK_TEMPORARY_DIRECTORY PARENT_PATH above)
cmake_path(GET CPACK_TEMPORARY_DIRECTORY FILENAME folder)
set(options --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mode=go-w)
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  list(APPEND options --mtime=@$ENV{SOURCE_DATE_EPOCH})
endif()
execute_process(
  COMMAND tar ${options} --directory ${above} --create ${folder}
  COMMAND gzip --best --no-name
  OUTPUT_FILE ${CPACK_PACKAGE_FILES} COMMAND_ERROR_IS_FATAL ANY)
