# Prepares the documents for installation in one directory, next to the examples. A relative link points to an
# installed file, or to the project's page.

set(CAPWRAP_URL
    "https://example.org/capwrap"
    CACHE STRING "The project's page, for links in the installed documents; a placeholder until there is one")

# installed_docs(OUTPUT PACKAGE FILE...): writes each document below the build directory, and sets OUTPUT to their
# paths.
function(installed_docs output package)
  set(paths)
  foreach(source ${ARGN})
    get_filename_component(name ${source} NAME)
    set(path ${PROJECT_BINARY_DIR}/installed-docs/${package}/${name})
    list(APPEND paths ${path})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    if(NOT name MATCHES "\\.md$")
      configure_file(${source} ${path} COPYONLY)
      continue()
    endif()
    file(READ ${source} text)
    string(REGEX REPLACE "\\]\\((\\.\\./)?contrib/(docker|kubernetes|systemd|gosu)" "](examples/\\2" text "${text}")
    string(REGEX REPLACE "\\]\\((\\.\\./)?(tests|contrib|src|cmake|debian)" "](${CAPWRAP_URL}/blob/HEAD/\\2" text "${text}")
    string(REGEX REPLACE "\\]\\((docs/)?(adr/[^)]*|[a-z-]*\\.1|testing\\.md[^)]*)\\)" "](${CAPWRAP_URL}/blob/HEAD/docs/\\2)"
                         text "${text}")
    string(REGEX REPLACE "\\]\\((\\.\\./)?CONTRIBUTING\\.md" "](${CAPWRAP_URL}/blob/HEAD/CONTRIBUTING.md" text "${text}")
    string(REGEX REPLACE "\\]\\((docs|\\.\\.)/" "](" text "${text}")
    if(package STREQUAL "capwrap")
      string(REGEX REPLACE "\\]\\((learn[a-z.-]*)" "](../capwrap-learn/\\1" text "${text}")
    else()
      string(REGEX REPLACE "\\]\\((examples|json\\.schema\\.json|[a-zA-Z-]+\\.md)" "](../capwrap/\\1" text "${text}")
      string(REGEX REPLACE "\\]\\(\\.\\./capwrap/(learn[a-z-]*\\.md)" "](\\1" text "${text}")
    endif()
    file(WRITE ${path}.new "${text}")
    configure_file(${path}.new ${path} COPYONLY)
  endforeach()
  set(${output} ${paths} PARENT_SCOPE)
endfunction()
