# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts in place: libraries, headers, programs, find_package(weft), pkg-config.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)

install(DIRECTORY framework/include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(TARGETS weft weft_headers EXPORT weft_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(pkg_config_files weft)
if(TARGET weft_dav)
    set_target_properties(weft_dav PROPERTIES EXPORT_NAME dav)
    install(DIRECTORY webdav/include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
            FILES_MATCHING PATTERN "*.h")
    install(TARGETS weft_dav EXPORT weft_targets
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
            INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    list(APPEND pkg_config_files weft-dav)
endif()
if(TARGET weftdav)
    install(TARGETS weftdav RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(EXISTS ${CMAKE_SOURCE_DIR}/docs/weftdav.1)
    install(FILES docs/weftdav.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()

install(EXPORT weft_targets NAMESPACE weft:: FILE WeftTargets.cmake DESTINATION ${package_dir})
configure_package_config_file(cmake/WeftConfig.cmake.in ${CMAKE_BINARY_DIR}/weft-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/weft-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/weft-config.cmake ${CMAKE_BINARY_DIR}/weft-config-version.cmake
        DESTINATION ${package_dir})

# pkg-config: the prefix is told from where the .pc file lies, so that `--prefix` may move it.
file(RELATIVE_PATH WEFT_PC_TO_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
foreach(name ${pkg_config_files})
    configure_file(cmake/${name}.pc.in ${CMAKE_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${CMAKE_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
