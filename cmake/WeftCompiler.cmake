# SPDX-License-Identifier: Apache-2.0
# Language, warnings and the flags that fibers rely on.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# The build in build/dev is the one that editors and clang-tidy look at.
if(CMAKE_BINARY_DIR STREQUAL "${CMAKE_SOURCE_DIR}/build/dev")
    file(CREATE_LINK ${CMAKE_BINARY_DIR}/compile_commands.json
         ${CMAKE_SOURCE_DIR}/compile_commands.json SYMBOLIC)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_C_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_compile_definitions(_GNU_SOURCE)

# Frame pointers: backtraces of parked fibers walk them.
# Stack clash protection: a large frame must touch the guard page, not jump over it.
# No interposition: position-independent code may be inlined within its file all the same.
add_compile_options(-fno-omit-frame-pointer -fstack-clash-protection -fno-semantic-interposition
                    -Wall -Wextra -Wshadow -Wpointer-arith -Wvla
                    $<$<COMPILE_LANGUAGE:C>:-Wframe-larger-than=3072>
                    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
                    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
                    $<$<COMPILE_LANGUAGE:C>:-Wold-style-definition>)
if(WEFT_WERROR)
    add_compile_options(-Werror)
endif()

if(WEFT_SANITIZE)
    add_compile_options(-fsanitize=${WEFT_SANITIZE} -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=${WEFT_SANITIZE})
    # Red zones make every frame larger; what counts is the frame without them.
    add_compile_options(-Wno-frame-larger-than)
    if(WEFT_SANITIZE MATCHES "thread")
        # gcc: TSan does not model atomic_thread_fence; we use none, so the warning must stay silent.
        add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    endif()
endif()
if(WEFT_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
if(WEFT_BUILD_FUZZERS)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
