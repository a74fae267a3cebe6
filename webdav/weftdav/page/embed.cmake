# SPDX-License-Identifier: Apache-2.0
# Writes the page's files into a C file, as bytes: cmake -D OUT=FILE.c -D "FILES=A;B" -P embed.cmake
# The version is a digest of all of them; page.css, page.js and folder.svg are those that listings name.

set(types .css text/css .js text/javascript .svg image/svg+xml)
set(arrays "")
set(rows "")
set(digests "")
set(n 0)
foreach(path IN LISTS FILES)
    get_filename_component(name ${path} NAME)
    get_filename_component(ending ${path} LAST_EXT)
    list(FIND types ${ending} at)
    math(EXPR at "${at} + 1")
    list(GET types ${at} type)
    file(SHA256 ${path} digest)
    file(READ ${path} bytes HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "static const unsigned char file_${n}[] = {${bytes}};\n")
    string(APPEND rows "    {\"${name}\", \"${type}; charset=utf-8\", file_${n}, sizeof file_${n}},\n")
    string(APPEND digests "${name}${digest}")
    math(EXPR n "${n} + 1")
endforeach()
string(SHA256 version "${digests}")
string(SUBSTRING ${version} 0 16 version)

file(WRITE ${OUT} "/* SPDX-License-Identifier: Apache-2.0 */
/* Made by embed.cmake of the files in webdav/weftdav/page. */
#include \"webdav/weftdav/page/page.h\"

${arrays}
static const WeftDavPageFile files[] = {
${rows}};

const WeftDavPage weft_dav_program_page = {
    .version = \"${version}\",
    .style_sheet = \"page.css\",
    .script = \"page.js\",
    .icon = \"folder.svg\",
    .files = files,
    .n_files = ${n},
};
")
