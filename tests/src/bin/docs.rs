//! `make docs`: writes docs/openapi.json, events/schemas, and the list of what webhooks deliver, from the code.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use holdfast_tests::{openapi, schemas};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let document = openapi::document(&holdfast_local::registry::functions())?;
    fs::write(root.join(openapi::PATH), openapi::rendered(&document))?;
    let folder = root.join(schemas::FOLDER);
    fs::create_dir_all(&folder)?;
    let wanted = schemas::schemas();
    for (kind, schema) in wanted {
        fs::write(schemas::file(root, kind), schemas::rendered(schema))?;
    }
    for found in schemas::kinds_in(&folder)?.iter().filter(|kind| !wanted.contains_key(*kind)) {
        fs::remove_file(schemas::file(root, found))?;
    }
    fs::write(root.join(schemas::DELIVERED_PATH), schemas::delivered())?;
    let (paths, kinds) = (document.paths.paths.len(), wanted.len());
    writeln!(io::stdout(), "{}: {paths} paths; {}: {kinds} events", openapi::PATH, schemas::FOLDER)?;
    Ok(())
}
