# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts in place: libraries, headers, programs, find_package(weft), pkg-config,
# the manual and the gdb commands.

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)

set_target_properties(weft_control PROPERTIES EXPORT_NAME control)
set_target_properties(weft_dav PROPERTIES EXPORT_NAME dav)
install(DIRECTORY framework/include/weft idl/control/include/weft webdav/include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(TARGETS weft weft_headers weft_dav EXPORT weft_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS weft_cooperative_archive weft_cooperative_whole weft_debug_locks_archive weft_debug_locks EXPORT weft_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET weft_cooperative_preload)
    install(TARGETS weft_cooperative_preload LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
if(TARGET weft_thrift_c_glib)
    set_target_properties(weft_thrift_c_glib PROPERTIES EXPORT_NAME thrift_c_glib)
    install(TARGETS weft_thrift_c_glib EXPORT weft_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    set(pc_of_c_glib weft-thrift-c-glib)
endif()
set_target_properties(weft_gio PROPERTIES EXPORT_NAME gio)
install(TARGETS weft_gio EXPORT weft_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS weftgen EXPORT weft_targets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS weftcall RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/weftcall.1 docs/weftgen.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(TARGETS weft_control EXPORT weft_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS weftctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT weftdav)
install(TARGETS weftdav RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT weftdav)
install(FILES docs/weftctl.1 docs/weftdav.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT weftdav)
install(FILES docs/weftdav.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 COMPONENT weftdav)
install(FILES framework/fiber/gdb/weft_gdb.py DESTINATION ${CMAKE_INSTALL_DATADIR}/weft)

install(EXPORT weft_targets NAMESPACE weft:: FILE WeftTargets.cmake DESTINATION ${package_dir})
configure_package_config_file(cmake/WeftConfig.cmake.in ${CMAKE_BINARY_DIR}/weft-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/weft-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/weft-config.cmake ${CMAKE_BINARY_DIR}/weft-config-version.cmake
        cmake/WeftThrift.cmake DESTINATION ${package_dir})

# pkg-config: the prefix is told from where the .pc file lies, so that `--prefix` may move it.
file(RELATIVE_PATH WEFT_PC_TO_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
foreach(name weft weft-cooperative weft-dav weft-gio ${pc_of_c_glib})
    configure_file(cmake/${name}.pc.in ${CMAKE_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${CMAKE_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
