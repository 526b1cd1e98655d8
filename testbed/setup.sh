#!/bin/sh
# Gets the packages and builds the guest into testbed/build. Needs root, for the packages only.
set -eu
cd "$(dirname "$0")"

# 1. Programs of the host.
apt-get update
apt-get install -y --no-install-recommends \
    qemu-system-x86 seabios ipxe-qemu busybox-static iproute2 iputils-ping cpio gcc libc6-dev \
    iperf3 sysbench sysstat procps tcpdump

mkdir -p build
cd build

# 2. dool. Debian's own dstat does not run with today's Python.
python3 -m pip download --no-deps -d . dool==1.3.8
python3 -m zipfile -e dool-1.3.8-py3-none-any.whl dool

# 3. The guest's kernel: unpacked, not installed. linux-image-cloud-amd64 names the current one.
kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
ls "$kernel"_*.deb >/dev/null 2>&1 || apt-get download "$kernel"
rm -rf kernel && mkdir kernel
dpkg -x "$kernel"_*.deb kernel
cp kernel/boot/vmlinuz-* vmlinuz

# 4. The guest's programs, static, since it has no libraries.
for program in dirty stamp setclock; do
    gcc -O2 -Wall -static -o "$program" "../guest/$program.c" -lm
done

# 5. The initramfs: busybox, those programs, and the modules of the network card in order.
rm -rf root && mkdir -p root/bin root/modules root/www/cgi-bin
cp "$(command -v busybox)" root/bin/busybox
cp dirty stamp setclock root/bin/
cp ../guest/init root/init
cp ../guest/run root/www/cgi-bin/run
chmod 755 root/init root/www/cgi-bin/run
ln -s /tmp root/www/tmp
for module in drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_modern_dev \
    drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci \
    net/core/failover drivers/net/net_failover drivers/net/virtio_net; do
    cp kernel/lib/modules/*/kernel/$module.ko root/modules/
    echo "${module##*/}.ko" >>root/modules/order
done
pack() {
    (cd root && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -9n >"$1"
}
pack initramfs.gz

# 6. The same with servers and loads that report by intervals, and the libraries that they need.
for program in iperf3 sysbench; do
    cp "$(command -v $program)" root/bin/
    ldd "$(command -v $program)" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "root${library%/*}" && cp -L "$library" "root$library"
    done
done
echo hello >root/www/hello
pack initramfs-service.gz

# 7. What was used.
{
    uname -srm
    qemu-system-x86_64 --version | head -n 1
    dpkg-query -W -f '${Package} ${Version}\n' qemu-system-x86 seabios busybox-static iproute2 iputils-ping gcc \
        iperf3 sysbench sysstat procps tcpdump libpcap0.8
    basename "$kernel"_*.deb
    echo dool 1.3.8
    python3 --version
} | tee versions.txt
