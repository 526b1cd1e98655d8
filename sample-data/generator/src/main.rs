//! `stillstand-generator [DIR]` writes the sample campaigns into folders of DIR (`sample-data`).

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use stillstand_generator::SampleFile;
use stillstand_generator::campaigns::{
    hypervisor_sweep, xen_efficiency, xen_live_migration, xen_precopy, xen_stream,
};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args_os().nth(1).map_or_else(|| PathBuf::from("sample-data"), PathBuf::from);
    write(&directory.join(xen_live_migration::NAME), &xen_live_migration::files())?;
    write(&directory.join(xen_stream::NAME), &xen_stream::files())?;
    write(&directory.join(xen_efficiency::NAME), &xen_efficiency::files())?;
    write(&directory.join(xen_precopy::NAME), &xen_precopy::files())?;
    write(&directory.join(hypervisor_sweep::NAME), &hypervisor_sweep::files())
}

/// Writes the files of a campaign; others in its folder stay as they are.
fn write(folder: &Path, files: &[SampleFile]) -> Result<(), Box<dyn Error>> {
    for file in files {
        let path = folder.join(&file.name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
        fs::write(&path, &file.bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    eprintln!("{}: {} files, {bytes} bytes", folder.display(), files.len());
    Ok(())
}
