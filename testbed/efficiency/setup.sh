#!/bin/sh
# Gets the packages and builds the guest into testbed/build/efficiency. Needs root, for the packages only.
set -eu
cd "$(dirname "$0")"

# 1. Programs of the host. sysbench, fio and iperf3 are the guest's too: the same files.
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    qemu-system-x86 seabios ipxe-qemu busybox-static iproute2 cpio sysbench fio iperf3
programs="sysbench fio iperf3"

mkdir -p ../build/efficiency
cd ../build/efficiency

# 2. The guest's kernel: unpacked, not installed. Not the one for clouds, which has no driver of an e1000.
kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
ls "$kernel"_*.deb >/dev/null 2>&1 || apt-get download "$kernel"
rm -rf kernel && mkdir kernel
dpkg -x "$kernel"_*.deb kernel
version=$(ls kernel/lib/modules)
# Unpacked here, as an emulated processor needs 4 s for that. QEMU starts it by its PVH entry.
python3 - <<END
import lzma
image = open("kernel/boot/vmlinuz-$version", "rb").read()
open("vmlinux", "wb").write(lzma.LZMADecompressor().decompress(image[image.index(b"\\xfd7zXZ\\0"):]))
END
busybox depmod -b kernel "$version"

# 3. STREAM is in no package of Debian. Where stream.c lies in build/efficiency, it is measured too.
rm -f stream
if [ -f stream.c ]; then
    grep -q 'Revision: 5.10' stream.c || { echo "stream.c is not revision 5.10" >&2; exit 1; }
    # Each array has 128 MiB.
    gcc -O2 -DSTREAM_ARRAY_SIZE=16777216 -o stream stream.c
    programs="$programs $PWD/stream"
fi

# 4. The initramfs: busybox, the programs with their libraries, the modules of both sets of drivers in order.
#    Not compressed: it takes an emulated processor longer to unpack it than QEMU to load it.
rm -rf root && mkdir -p root/bin root/modules root/www/cgi-bin
cp "$(command -v busybox)" root/bin/busybox
cp ../../efficiency/init root/init
cp ../../guest/run root/www/cgi-bin/run
chmod 755 root/init root/www/cgi-bin/run
for program in $programs; do
    program=$(command -v "$program")
    cp "$program" root/bin/
    for library in $(ldd "$program" | grep -o '/[^ ]*'); do
        mkdir -p "root$(dirname "$library")"
        cp -L "$library" "root$library"
    done
done
for module in virtio_pci virtio_net virtio_blk e1000 ata_piix sd_mod; do
    # What it needs stands after the colon, the deepest last.
    for file in $(awk -F: -v name="/$module.ko" 'index($1, name) { n = split($2, needs, " ")
            for (i = n; i > 0; i--) print needs[i]; print $1 }' "kernel/lib/modules/$version/modules.dep"); do
        [ -f "root/modules/${file##*/}" ] && continue
        cp "kernel/lib/modules/$version/$file" root/modules/
        echo "${file##*/}" >>root/modules/order
    done
done
(cd root && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >initramfs

# 5. What was used.
{
    qemu-system-x86_64 --version | head -n 1
    dpkg-query -W -f '${Package} ${Version}\n' qemu-system-x86 seabios busybox-static iproute2 sysbench fio iperf3
    basename "$kernel"_*.deb
    [ ! -f stream ] || echo "STREAM 5.10, $(gcc --version | head -n 1), -O2"
    python3 --version
} | tee versions.txt
