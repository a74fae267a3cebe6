# SPDX-License-Identifier: Apache-2.0
# Stubs from Thrift's IDL, for who builds weft and for who found it with find_package(weft).

# weft_thrift(TARGET FILE.thrift... [INCLUDE_DIRS folders...])
#
# Adds to TARGET the C that weftgen makes of each FILE, and lets it and who links it include that as
# "FILE.weft.h".  Headers lie in folders as the IDL files do, counted from that of INCLUDE_DIRS they are
# in, or else from the calling CMakeLists.txt.  What a FILE includes is named, too, here or for a library
# that TARGET links; when it changes, the C is made anew.
function(weft_thrift target)
    cmake_parse_arguments(PARSE_ARGV 1 THRIFT "" "" "INCLUDE_DIRS")
    if(NOT TARGET ${target})
        message(FATAL_ERROR "weft_thrift: there is no target \"${target}\"")
    endif()
    if(NOT THRIFT_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "weft_thrift(${target}): name a .thrift file")
    endif()

    set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}.thrift)
    set(folders)
    set(search)
    foreach(folder ${THRIFT_INCLUDE_DIRS})
        cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
        list(APPEND folders ${folder})
        list(APPEND search -I ${folder})
    endforeach()
    list(APPEND folders ${CMAKE_CURRENT_SOURCE_DIR})

    foreach(file ${THRIFT_UNPARSED_ARGUMENTS})
        cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
        cmake_path(GET file STEM LAST_ONLY name)
        set(into ${output})
        foreach(folder ${folders})
            cmake_path(IS_PREFIX folder ${file} NORMALIZE is_below)
            if(is_below)
                cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${folder} OUTPUT_VARIABLE below)
                cmake_path(GET below PARENT_PATH below)
                cmake_path(APPEND output ${below} OUTPUT_VARIABLE into)
                break()
            endif()
        endforeach()
        set(made ${into}/${name}.weft.c ${into}/${name}.weft.h)
        add_custom_command(
            OUTPUT ${made}
            COMMAND weft::weftgen ${search} -o ${into} --depfile ${into}/${name}.d ${file}
            DEPENDS ${file} weft::weftgen
            DEPFILE ${into}/${name}.d
            COMMENT "weftgen ${name}.thrift"
            VERBATIM)
        target_sources(${target} PRIVATE ${made})
        # A loop over a container's items that begins inside a line of the cache takes up to a third longer.
        set_source_files_properties(${into}/${name}.weft.c PROPERTIES COMPILE_OPTIONS -falign-loops=64)
    endforeach()
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${output}>)
endfunction()
