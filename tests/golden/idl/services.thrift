struct Plain { 1: i32 x }
exception Bad { 1: string why }
typedef Bad Worse
service Unknown extends Nothing { }
service Self extends Self { }
service One extends Two { }
service Two extends One { }
service S {
    oneway i32 result()
    oneway void throwing() throws (1: Bad bad)
    void plain() throws (1: Plain plain, 2: Worse worse, 2: Bad again)
    void twice(), void twice()
    void arguments(1: i32 a, 1: i32 b, 2: i32 a)
}
