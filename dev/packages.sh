# Sourced by ./run and ./test: Debian packages by name, installed only where they are missing.

# What chapar needs to be built and to run.
build_packages=(gcc libc6-dev meson ninja-build pkg-config python3 libuv1-dev libssl-dev libwebsockets-dev
	libwebsockets-evlib-uv libmicrohttpd-dev libsqlite3-dev libcurl4-openssl-dev libjansson-dev zlib1g-dev uthash-dev libinih-dev libmaxminddb-dev
	libvips-dev libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libswresample-dev libseccomp-dev libcmocka-dev)
# What ./bench needs besides.
bench_packages=(libvips-tools nginx-light curl)
# What ./test needs besides. Node.js from elsewhere than Debian brings its own npm.
test_packages=(clang libclang-rt-14-dev llvm-14 clang-format git ccache python3-venv ca-certificates sqlite3 curl
	telegram-desktop libfaketime xvfb xdotool imagemagick zbar-tools "${bench_packages[@]}")
command -v node >/dev/null || test_packages+=(nodejs)
command -v npm >/dev/null || test_packages+=(npm)

say()
{
	printf '== %s\n' "$*"
}

is_installed()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_packages NAME...: asks nothing; sudo only where we are not root.
need_packages()
{
	local p missing=() root=()
	for p in "$@"; do
		is_installed "$p" || missing+=("$p")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing ${#missing[@]} Debian packages: ${missing[*]}"
	[ "$(id -u)" = 0 ] || root=(sudo)
	"${root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update </dev/null
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends "${missing[@]}" </dev/null
}
