# SPDX-License-Identifier: Apache-2.0
# A Debian package of the program: `cpack -G DEB` in the build folder.  It has the component "weftdav" of
# what is installed anyway, and "debian": files at absolute places, which `cmake --install` leaves alone.

set(packaging ${CMAKE_CURRENT_SOURCE_DIR}/webdav/weftdav/packaging)
install(FILES ${packaging}/weftdav.conf DESTINATION /etc/weftdav COMPONENT debian EXCLUDE_FROM_ALL
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
install(FILES ${packaging}/weftdav.logrotate DESTINATION /etc/logrotate.d RENAME weftdav
        COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES ${packaging}/weftdav.service ${packaging}/weftdav.socket
        DESTINATION /usr/lib/systemd/system COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES ${packaging}/weftdav.conf docs/mounting.md docs/proxies.md docs/migrating.md
        docs/security.md docs/performance.md DESTINATION /usr/share/doc/weftdav
        COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES LICENSE DESTINATION /usr/share/doc/weftdav RENAME copyright
        COMPONENT debian EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME weftdav)
set(CPACK_PACKAGE_CONTACT "The weft authors <weft@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL weftdav debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "WebDAV server for files, quick and small")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Serves folders over WebDAV to davfs2, GNOME, KDE, rclone, Windows, macOS and
browsers.  Changes are whole or not there; memory stays small whatever the
size of files and folders.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "media-types, logrotate")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${packaging}/conffiles ${packaging}/postinst ${packaging}/prerm ${packaging}/postrm)
include(CPack)
