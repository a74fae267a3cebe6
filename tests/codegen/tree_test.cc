// SPDX-License-Identifier: Apache-2.0
// IDL files as programs see them: names, values, pointers, comments, places.

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
#include "codegen/tree.h"
}

namespace
{

class Tree
{
  public:
    explicit Tree(const std::string &text, const char *path = "test.thrift")
        : tree_(weft_idl_tree_new()),
          program_(weft_idl_tree_load_text(tree_, path, text.data(), text.size()))
    {
    }
    Tree(const Tree &) = delete;
    Tree &operator=(const Tree &) = delete;
    ~Tree()
    {
        weft_idl_tree_free(tree_);
    }

    std::string errors() const
    {
        g_autofree char *text = weft_idl_errors_text(weft_idl_tree_errors(tree_));
        return text;
    }

    const WeftIdlProgram *program() const
    {
        EXPECT_EQ(errors(), "");
        return program_;
    }

    template <typename T> const T *find(const char *name) const
    {
        for (const WeftIdlDefinition *one = program()->definitions; one != nullptr; one = one->next)
            if (strcmp(one->name, name) == 0)
                return reinterpret_cast<const T *>(one);
        ADD_FAILURE() << "no definition of " << name;
        abort();
    }

    const WeftIdlField *field(const char *structure, const char *name) const
    {
        for (auto *one = find<WeftIdlStruct>(structure)->fields; one != nullptr; one = one->next)
            if (strcmp(one->name, name) == 0)
                return one;
        ADD_FAILURE() << "no field " << name;
        abort();
    }

    const WeftIdlValue *value(const char *name) const
    {
        return find<WeftIdlConst>(name)->value;
    }

  private:
    WeftIdlTree *tree_;
    const WeftIdlProgram *program_;
};

TEST(IdlTree, AnEmptyFileIsAProgram)
{
    Tree tree("");
    ASSERT_NE(tree.program(), nullptr);
    EXPECT_STREQ(tree.program()->name, "test");
    EXPECT_EQ(tree.program()->definitions, nullptr);
}

TEST(IdlTree, ConstantsMayNameWhatComesLater)
{
    Tree tree("const i32 FIRST = SECOND\nconst double THIRD = FIRST\nconst i32 SECOND = 7\n");
    EXPECT_EQ(tree.value("FIRST")->integer, 7);
    EXPECT_EQ(tree.value("FIRST")->constant, tree.find<WeftIdlConst>("SECOND"));
    EXPECT_EQ(tree.value("THIRD")->real, 7.0);
    EXPECT_EQ(tree.value("THIRD")->constant, nullptr) << "it is of another type";
}

TEST(IdlTree, DoublesAreExactToTheBit)
{
    Tree tree("const double PI = 3.14159265358979323846\nconst double TINY = 5e-324\n"
              "const double LARGE = 1.7976931348623157e308\nconst double ZERO = -0.0\n");
    EXPECT_EQ(tree.value("PI")->real, 3.14159265358979323846);
    EXPECT_EQ(tree.value("TINY")->real, 5e-324);
    EXPECT_EQ(tree.value("LARGE")->real, 1.7976931348623157e308);
    EXPECT_TRUE(std::signbit(tree.value("ZERO")->real));
}

TEST(IdlTree, StringsKeepTheirBytes)
{
    Tree tree(std::string(
        "const string A = \"a\\tb\\n\\\"\\'\\\\ \x01 \xff\"\nconst binary B = 'x\0y'", 58));
    EXPECT_EQ(std::string(tree.value("A")->string.data, tree.value("A")->string.length),
              "a\tb\n\"'\\ \x01 \xff");
    EXPECT_EQ(std::string(tree.value("B")->string.data, tree.value("B")->string.length),
              std::string("x\0y", 3));
}

TEST(IdlTree, EnumsAreReachedByNameNumberAndTypedef)
{
    Tree tree("enum Color { RED = 1, GREEN, ALSO_GREEN = 2 }\ntypedef Color Hue\n"
              "const Color A = GREEN\nconst Hue B = Hue.RED\nconst Color C = 2\nconst i32 D = "
              "Color.GREEN\n");
    EXPECT_STREQ(tree.value("A")->enum_value->name, "GREEN");
    EXPECT_STREQ(tree.value("B")->enum_value->name, "RED");
    EXPECT_STREQ(tree.value("C")->enum_value->name, "GREEN");
    EXPECT_EQ(tree.value("D")->integer, 2);
    EXPECT_EQ(tree.value("D")->enum_value, nullptr);
    const WeftIdlEnumValue *red = tree.find<WeftIdlEnum>("Color")->values;
    EXPECT_STREQ(red->c_name, "COLOR_RED");
    EXPECT_FALSE(red->next->is_alias);
    EXPECT_TRUE(red->next->next->is_alias);
}

TEST(IdlTree, FieldsWithoutAnIdCountDownwards)
{
    Tree tree("struct S { i32 a, 5: i32 b, i32 c, -9: i32 d }");
    EXPECT_EQ(tree.field("S", "a")->id, -1);
    EXPECT_EQ(tree.field("S", "b")->id, 5);
    EXPECT_EQ(tree.field("S", "c")->id, -2);
    EXPECT_EQ(tree.field("S", "d")->id, -9);
}

TEST(IdlTree, MembersThatWouldEmbedTheirOwnStructArePointers)
{
    Tree tree("struct A { 1: B b, 2: Leaf leaf, 3: list<A> more }\n"
              "union B { 1: C c, 2: Leaf leaf }\n"
              "struct C { 1: optional A a, 2: Leaf & leaf, 3: i32 & number }\n"
              "struct Leaf { 1: i32 x }\n");
    EXPECT_TRUE(tree.field("A", "b")->is_pointer);
    EXPECT_TRUE(tree.field("B", "c")->is_pointer);
    EXPECT_TRUE(tree.field("C", "a")->is_pointer);
    EXPECT_FALSE(tree.field("A", "leaf")->is_pointer);
    EXPECT_FALSE(tree.field("A", "more")->is_pointer);
    EXPECT_TRUE(tree.field("C", "leaf")->is_pointer) << "it is written with &";
    EXPECT_FALSE(tree.field("C", "number")->is_pointer) << "only structs can be";
}

TEST(IdlTree, StructsComeAfterWhatTheyEmbed)
{
    Tree tree(
        "struct Outer { 1: Middle middle }\nstruct Middle { 1: Inner inner, 2: Other other }\n"
        "struct Inner { 1: i32 x }\nstruct Other { 1: list<Outer> x }\n");
    std::vector<std::string> order;
    for (auto *one = tree.program()->structs_by_embedding; one != nullptr; one = one->next_embedded)
        order.push_back(one->definition.name);
    EXPECT_THAT(order, testing::ElementsAre("Inner", "Other", "Middle", "Outer"));
}

TEST(IdlTree, CommentsBelongToWhatTheyStandBefore)
{
    Tree tree("/** The file. */\nnamespace * x\n"
              "/**\n * A struct,\n *   in two lines.\n */\nstruct S {\n"
              "  /** first */ 1: i32 a, /** second */\n  2: i32 b\n  3: i32 c // none\n}\n"
              "/* not this */\nstruct T {}\n");
    EXPECT_STREQ(tree.program()->doc.text, "The file.");
    const WeftIdlStruct *structure = tree.find<WeftIdlStruct>("S");
    EXPECT_STREQ(structure->definition.doc.text, "A struct,\n  in two lines.");
    EXPECT_EQ(structure->definition.doc.line, 3U);
    EXPECT_STREQ(tree.field("S", "a")->doc.text, "first");
    EXPECT_STREQ(tree.field("S", "b")->doc.text, "second");
    EXPECT_EQ(tree.field("S", "c")->doc.text, nullptr);
    EXPECT_EQ(tree.find<WeftIdlStruct>("T")->definition.doc.text, nullptr);
}

TEST(IdlTree, AnnotationsStandEverywhere)
{
    Tree tree("typedef list<i32 (a = \"1\")> (b = \"2\") L (c = \"3\", flag)\n"
              "service S { void f(1: string (d = \"4\") x (e = \"5\")) (weft.idempotent) }\n");
    const WeftIdlTypedef *list = tree.find<WeftIdlTypedef>("L");
    EXPECT_STREQ(weft_idl_annotation_find(list->definition.annotations, "c"), "3");
    EXPECT_STREQ(weft_idl_annotation_find(list->definition.annotations, "flag"), "1");
    EXPECT_STREQ(weft_idl_annotation_find(list->type->annotations, "b"), "2");
    EXPECT_STREQ(weft_idl_annotation_find(list->type->element->annotations, "a"), "1");
    const WeftIdlFunction *function = tree.find<WeftIdlService>("S")->functions;
    EXPECT_STREQ(weft_idl_annotation_find(function->annotations, "weft.idempotent"), "1");
    const WeftIdlField *argument = function->arguments->fields;
    EXPECT_STREQ(weft_idl_annotation_find(argument->type->annotations, "d"), "4");
    EXPECT_STREQ(weft_idl_annotation_find(argument->annotations, "e"), "5");
}

TEST(IdlTree, NamesInCAreMadeOfWords)
{
    Tree tree(
        "namespace * not.this\nnamespace weft my.shop\n"
        "struct HTTPRequest { 1: i32 class, 2: i32 has, 3: i32 plain }\nstruct user_profile {}\n"
        "const i32 maxItems = 1\nservice Shop { void getHTTPPage(1: i32 error), void free() }\n"
        "struct Given {} (weft.name = \"Mine\")\n");
    const WeftIdlDefinition *request = &tree.find<WeftIdlStruct>("HTTPRequest")->definition;
    EXPECT_STREQ(request->c_type, "MyShopHTTPRequest");
    EXPECT_STREQ(request->c_lower, "my_shop_http_request");
    EXPECT_STREQ(tree.find<WeftIdlStruct>("user_profile")->definition.c_type, "MyShopUserProfile");
    EXPECT_STREQ(tree.find<WeftIdlConst>("maxItems")->definition.c_upper, "MY_SHOP_MAX_ITEMS");
    EXPECT_STREQ(tree.field("HTTPRequest", "class")->c_name, "class_");
    EXPECT_STREQ(tree.field("HTTPRequest", "has")->c_name, "has_");
    EXPECT_STREQ(tree.field("HTTPRequest", "plain")->c_name, "plain");
    const WeftIdlFunction *page = tree.find<WeftIdlService>("Shop")->functions;
    EXPECT_STREQ(page->c_name, "get_http_page");
    EXPECT_STREQ(page->arguments->fields->c_name, "error_");
    EXPECT_STREQ(tree.find<WeftIdlStruct>("Given")->definition.c_type, "Mine");
    EXPECT_STREQ(tree.find<WeftIdlStruct>("Given")->definition.c_lower, "mine");
}

TEST(IdlTree, UuidIsATypeUnlessTheFileDefinesOne)
{
    Tree tree("const uuid U = \"00112233-4455-6677-8899-aabbccddeeff\"\n");
    EXPECT_EQ(tree.value("U")->type->kind, WEFT_IDL_UUID);
    EXPECT_EQ(tree.value("U")->uuid[0], 0x00);
    EXPECT_EQ(tree.value("U")->uuid[15], 0xff);
    Tree own("typedef string uuid\nconst uuid U = \"any\"\n");
    EXPECT_EQ(own.value("U")->type->kind, WEFT_IDL_STRING);
}

/* A folder for files, gone with it. */
class Folder
{
  public:
    Folder() : path_(g_dir_make_tmp("weft-idl-XXXXXX", nullptr))
    {
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    ~Folder()
    {
        for (auto one = made_.rbegin(); one != made_.rend(); ++one)
            EXPECT_EQ(remove(one->c_str()), 0) << *one;
        EXPECT_EQ(remove(path_), 0);
        g_free(path_);
    }

    std::string path(const std::string &name) const
    {
        return std::string(path_) + "/" + name;
    }

    void write(const std::string &name, const std::string &text)
    {
        const size_t slash = name.find('/');
        if (slash != std::string::npos &&
            g_mkdir_with_parents(path(name.substr(0, slash)).c_str(), 0700) == 0)
            made_.push_back(path(name.substr(0, slash)));
        ASSERT_TRUE(g_file_set_contents(path(name).c_str(), text.data(), text.size(), nullptr));
        made_.push_back(path(name));
    }

  private:
    char *path_;
    std::vector<std::string> made_;
};

TEST(IdlTree, IncludesGoSoDeepAndNoDeeper)
{
    Folder folder;
    const int depth = WEFT_IDL_MAX_INCLUDE_DEPTH;
    for (int i = 0; i < depth; i++)
        folder.write("f" + std::to_string(i) + ".thrift",
                     "include \"f" + std::to_string(i + 1) + ".thrift\"\n");
    folder.write("f" + std::to_string(depth) + ".thrift", "");
    Tree good("include \"f2.thrift\"\n", folder.path("start.thrift").c_str());
    EXPECT_NE(good.program(), nullptr);
    Tree bad("include \"f0.thrift\"\n", folder.path("start.thrift").c_str());
    EXPECT_THAT(bad.errors(), testing::HasSubstr("found includes deeper than 64 files"));
}

TEST(IdlTree, ALargeFileIsRefused)
{
    Folder folder;
    folder.write("large.thrift", std::string(WEFT_IDL_MAX_FILE_BYTES + 1, '\n'));
    Tree tree("include \"large.thrift\"\n", folder.path("start.thrift").c_str());
    EXPECT_THAT(tree.errors(), testing::HasSubstr("is larger than 16 MiB"));
}

TEST(IdlTree, IncludesOfOneNameInTwoFoldersAreTwoFiles)
{
    Folder folder;
    folder.write("a/s.thrift", "struct P {}");
    folder.write("b/s.thrift", "struct Q { 1: P p }\nstruct P {} (weft.name = \"OtherP\")");
    Tree tree("include \"a/s.thrift\"\ninclude 'b/s.thrift'\nstruct S { 1: s.Q q }\n",
              folder.path("main.thrift").c_str());
    const WeftIdlType *type = tree.field("S", "q")->type;
    EXPECT_THAT(type->structure->definition.program->path, testing::EndsWith("b/s.thrift"));
    EXPECT_NE(tree.program()->includes->program, tree.program()->includes->next->program);
}

TEST(IdlTree, AnErrorEndsItsDefinitionOnly)
{
    Tree tree("struct A { 1 i32 x }\nstruct B { 1: i32 }\nstruct C { 1: i32 x }\nenum D { = }\n");
    EXPECT_EQ(tree.errors(), "test.thrift:1:14: found the keyword \"i32\", expected ':'\n"
                             "test.thrift:2:19: found \"}\", expected a name, '&' or '('\n"
                             "test.thrift:4:10: found \"=\", expected a name or '}'\n");
}

} // namespace
