# SPDX-License-Identifier: Apache-2.0
# One folder, one target.  A layer sees its own private headers and those of the layers it links:
# "fiber/wait.h" is found only by who links weft_fiber.

# weft_layer(NAME SOURCES ... LINKS lower layers... [PACKAGES what its .c files alone need...])
function(weft_layer name)
    cmake_parse_arguments(LAYER "" "" "SOURCES;LINKS;PACKAGES" ${ARGN})
    add_library(weft_${name} STATIC ${LAYER_SOURCES})

    set(view ${CMAKE_BINARY_DIR}/private/${name})
    file(MAKE_DIRECTORY ${view})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${name} SYMBOLIC)
    target_include_directories(weft_${name} PUBLIC $<BUILD_INTERFACE:${view}>)
    target_link_libraries(weft_${name} PUBLIC ${LAYER_LINKS} PRIVATE ${LAYER_PACKAGES})
endfunction()

# weft_test(NAME SOURCES ... LINKS targets... [ARGS ...] [LABELS ...]): one gtest program, one ctest entry.
function(weft_test name)
    cmake_parse_arguments(TEST "" "" "SOURCES;LINKS;ARGS;LABELS" ${ARGN})
    add_executable(${name} ${TEST_SOURCES})
    target_link_libraries(${name} PRIVATE ${TEST_LINKS} GTest::gmock GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name} ${TEST_ARGS})
    set_tests_properties(${name} PROPERTIES LABELS "${TEST_LABELS}")
    # All that ThreadSanitizer's build needs.
    if(threads IN_LIST TEST_LABELS)
        if(NOT TARGET threaded_tests)
            add_custom_target(threaded_tests)
        endif()
        add_dependencies(threaded_tests ${name})
    endif()
endfunction()

# weft_fuzzer(NAME LINKS targets...): tests/fuzz/NAME.c with its corpus tests/fuzz/corpus/NAME/, which
# runs as a test.  With clang and WEFT_BUILD_FUZZERS it is a libFuzzer program (target "fuzzers": all).
function(weft_fuzzer name)
    cmake_parse_arguments(FUZZER "" "" "LINKS" ${ARGN})
    if(WEFT_BUILD_FUZZERS)
        add_executable(fuzz_${name} ${name}.c)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        if(NOT TARGET fuzzers)
            add_custom_target(fuzzers)
        endif()
        add_dependencies(fuzzers fuzz_${name})
        add_test(NAME fuzz_${name}
                 COMMAND fuzz_${name} -runs=0 ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    else()
        add_executable(fuzz_${name} ${name}.c corpus_driver.c)
        add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    endif()
    set_tests_properties(fuzz_${name} PROPERTIES LABELS "unit;fuzz")
    target_link_libraries(fuzz_${name} PRIVATE ${FUZZER_LINKS})
endfunction()
