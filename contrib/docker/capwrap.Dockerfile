# An image with the static capwrap and its licences, for COPY --from=capwrap.
#
#   contrib/packaging/static-musl.sh build/static
#   docker build -t capwrap -f contrib/docker/capwrap.Dockerfile build/static/build
#   docker run --rm capwrap --status
FROM scratch
# The licences of libcap-ng and musl require these when the program is redistributed: docs/packaging.md.
COPY licenses /licenses
COPY capwrap /capwrap
ENTRYPOINT ["/capwrap"]
