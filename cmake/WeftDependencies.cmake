# SPDX-License-Identifier: Apache-2.0
# Everything comes from the package manager, by pkg-config.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(GLIB REQUIRED IMPORTED_TARGET glib-2.0>=2.74)
pkg_check_modules(GIO REQUIRED IMPORTED_TARGET gio-2.0)
pkg_check_modules(LIBEVENT REQUIRED IMPORTED_TARGET libevent_core)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET openssl>=3.0)
pkg_check_modules(LIBXML REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.37)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(CRYPT REQUIRED IMPORTED_TARGET libcrypt)
if(WEFT_PAM)
    pkg_check_modules(PAM REQUIRED IMPORTED_TARGET pam)
endif()
# Only for programs that were written for it.
pkg_check_modules(THRIFT_C_GLIB QUIET IMPORTED_TARGET thrift_c_glib)
