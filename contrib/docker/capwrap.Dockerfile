# An image that holds the static capwrap and its licences: for COPY --from=capwrap, and to look.
#
#   contrib/packaging/static-musl.sh build/static
#   docker build -t capwrap -f contrib/docker/capwrap.Dockerfile build/static/build
#   docker run --rm capwrap --status
FROM scratch
# What libcap-ng's and musl's licences ask of whoever hands the program on: docs/packaging.md.
COPY licenses /licenses
COPY capwrap /capwrap
ENTRYPOINT ["/capwrap"]
