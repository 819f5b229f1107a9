# find_package(torch_backend_codegen) brings codegen_add_library(); docs/cmake.md has an example.
cmake_policy(VERSION 3.22)
include(CMakeFindDependencyMacro)
find_dependency(Python COMPONENTS Interpreter)

#[[
codegen_add_library(<name> SPECS <spec.yaml|folder>... [OUT <folder>] [TEMPLATES <folder>])

Generates the libraries that the specs declare into OUT, `generated` in the build folder, and adds their targets: for a
library `a` codegen_a, and codegen_a_python with its Python module. <name> is a target of all of them: what links to it
links to the libraries and finds their headers; building it builds the packages. OUT is the folder for PYTHONPATH.

It generates while CMake configures, for the generated CMakeLists.txt say what there is to build. CMake configures again
when a spec changes, a module that a spec names, a template, or codegen itself.
]]
function(codegen_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUT;TEMPLATES" "SPECS")
  if(NOT arg_SPECS OR DEFINED arg_UNPARSED_ARGUMENTS OR DEFINED arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "codegen_add_library(<name> SPECS <spec.yaml|folder>... [OUT <folder>] [TEMPLATES <folder>])")
  endif()
  set(specs ${arg_SPECS})
  list(TRANSFORM specs PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" REGEX "^[^/]")
  set(out generated)
  if(DEFINED arg_OUT)
    set(out ${arg_OUT})
  endif()
  cmake_path(ABSOLUTE_PATH out BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE)
  set(options --out ${out} --depfile ${CMAKE_CURRENT_BINARY_DIR}/${name}.d)
  if(DEFINED arg_TEMPLATES)
    cmake_path(ABSOLUTE_PATH arg_TEMPLATES NORMALIZE)
    list(APPEND options --templates ${arg_TEMPLATES})
  endif()

  execute_process(COMMAND ${Python_EXECUTABLE} -m codegen ${specs} ${options} RESULT_VARIABLE failure)
  if(failure)
    message(FATAL_ERROR "codegen_add_library(${name}): ${Python_EXECUTABLE} -m codegen failed, see above")
  endif()
  _codegen_read_depfile("${CMAKE_CURRENT_BINARY_DIR}/${name}.d" libraries inputs)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${inputs})

  set(CODEGEN_LIBRARIES ${libraries})
  set(CODEGEN_IN_PLACE ON)
  add_subdirectory(${out} ${CMAKE_CURRENT_BINARY_DIR}/${name}.codegen)
  list(TRANSFORM libraries PREPEND codegen_)
  # With the specs as its sources, it has a target in the build.
  add_library(${name} INTERFACE ${specs})
  target_link_libraries(${name} INTERFACE ${libraries})
  add_dependencies(${name} ${libraries})
endfunction()

# The libraries that a depfile names, and what they depend on.
function(_codegen_read_depfile depfile libraries inputs)
  file(READ ${depfile} rule)
  string(REPLACE " \\\n  " ";" rule "${rule}")
  string(STRIP "${rule}" rule)
  list(POP_FRONT rule targets)
  string(REGEX MATCHALL "[A-Za-z0-9_]+/CMakeLists\\.txt" found "${targets}")
  list(TRANSFORM found REPLACE "/CMakeLists\\.txt" "")
  string(REPLACE "\\ " " " rule "${rule}")
  string(REPLACE "\\#" "#" rule "${rule}")
  string(REPLACE "$$" "$" rule "${rule}")
  set(${libraries} ${found} PARENT_SCOPE)
  set(${inputs} ${rule} PARENT_SCOPE)
endfunction()
