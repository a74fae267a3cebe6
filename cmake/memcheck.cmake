# SPDX-License-Identifier: Apache-2.0
# valgrind over the unit tests of a finished build: ctest -S cmake/memcheck.cmake,BUILD_FOLDER -V

set(CTEST_SOURCE_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/..)
set(CTEST_BINARY_DIRECTORY ${CTEST_SCRIPT_ARG})
set(CTEST_SITE local)
set(CTEST_BUILD_NAME valgrind)
find_program(CTEST_MEMORYCHECK_COMMAND valgrind REQUIRED)
set(CTEST_MEMORYCHECK_TYPE Valgrind)
set(CTEST_MEMORYCHECK_COMMAND_OPTIONS
    "--quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite --trace-children=no --fair-sched=try")
set(CTEST_MEMORYCHECK_SUPPRESSIONS_FILE ${CMAKE_CURRENT_LIST_DIR}/valgrind.supp)

# valgrind 3.19 answers ENOSYS to openat2: the store then follows no links at all, which is safe, and not
# what these tests are about.  Nor does it run two threads at once, as a race needs, or give memory back that
# madvise() dropped.
set(no_openat2 "StoreDir.LinkSwappedInNeverLeadsOut:StoreDir.FollowsLinksThatStayInside:StoreDir.CopiesFilesBehindLinksAndLeavesOutWhatIsInvisible:StoreDir.TellsByInodeThatOneHoldsTheOther:StoreDir.WorksAcrossAMountBelowTheRoot")
set(ENV{GTEST_FILTER} "-${no_openat2}:Stack.MemoryComesBackAfterABurst")

cmake_host_system_information(RESULT n_cores QUERY NUMBER_OF_LOGICAL_CORES)
ctest_start(Experimental)
ctest_memcheck(INCLUDE_LABEL "^unit$" EXCLUDE_LABEL "no-valgrind" PARALLEL_LEVEL ${n_cores}
               RETURN_VALUE n_failed DEFECT_COUNT n_defects)
if(n_failed OR n_defects)
    message(FATAL_ERROR "valgrind: ${n_defects} defects; see ${CTEST_BINARY_DIRECTORY}/Testing/Temporary")
endif()
