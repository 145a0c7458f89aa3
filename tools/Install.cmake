# What `cmake --install` gives: the driver, libfovea, the headers that are part of
# the interface, and the package that find_package(fovea) finds.
include(CMakePackageConfigHelpers)

# The headers name each other from the root of the tree, also once installed.
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/fovea)
install(FILES ${CMAKE_SOURCE_DIR}/runtime/fovea.h ${CMAKE_SOURCE_DIR}/runtime/fovea_abi.h
  DESTINATION ${headers}/runtime)
install(FILES ${CMAKE_SOURCE_DIR}/backends/fovea_plugin.h ${CMAKE_SOURCE_DIR}/backends/fovea_plugin.hpp
  DESTINATION ${headers}/backends)

# The libraries of LLVM and MLIR lie in a folder that is not searched by itself.
set_target_properties(fovea_library PROPERTIES
  EXPORT_NAME fovea INSTALL_RPATH_USE_LINK_PATH ON)
target_include_directories(fovea_library INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:${headers}>)

add_library(fovea_plugin_headers INTERFACE)
set_target_properties(fovea_plugin_headers PROPERTIES EXPORT_NAME plugin)
target_include_directories(fovea_plugin_headers INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:${headers}>)

install(TARGETS fovea_driver RUNTIME)
install(TARGETS fovea_library fovea_plugin_headers EXPORT foveaTargets)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/fovea)
install(EXPORT foveaTargets NAMESPACE fovea:: DESTINATION ${package})
configure_file(libfovea/foveaConfig.cmake.in foveaConfig.cmake @ONLY)
write_basic_package_version_file(foveaConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/foveaConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/foveaConfigVersion.cmake DESTINATION ${package})
