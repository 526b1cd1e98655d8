#[test]
fn dump() {
    let mut names = Vec::new();
    for kind in ["valid", "invalid"] {
        for entry in std::fs::read_dir(crate::common::folder().join("stream").join(kind)).unwrap() {
            names.push(entry.unwrap().path());
        }
    }
    names.sort();
    for name in names {
        let bytes = std::fs::read(&name).unwrap();
        println!(
            "=== {} {:?}",
            name.display(),
            stillstand_parsers::detect(&bytes).map_err(|e| e
                .to_string()
                .chars()
                .take(90)
                .collect::<String>())
        );
        let format = stillstand_parsers::Format::from_name("stream").unwrap();
        match stillstand_parsers::parse(format, &bytes) {
            Ok(p) => {
                println!(
                    "{:?} {:?} {:?} lines {:?}",
                    p.version,
                    p.rows,
                    p.facts.iter().collect::<Vec<_>>(),
                    crate::common::u32s(&p, "line")
                );
                for r in super::rows(&p) {
                    println!("  {r}");
                }
                for d in &p.diagnostics {
                    println!("  ! {d}");
                }
            }
            Err(e) => {
                println!("ERR {e}");
                for d in &e.diagnostics {
                    println!("  ! {d}");
                }
            }
        }
    }
}
