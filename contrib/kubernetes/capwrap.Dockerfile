# An image with the static capwrap and cp(1), for the init container of component/.
#
#   docker build -t capwrap .
#   docker build -t registry.example/capwrap:1 -f contrib/kubernetes/capwrap.Dockerfile .
ARG CAPWRAP_IMAGE=capwrap
ARG BASE_IMAGE=busybox:stable

FROM ${CAPWRAP_IMAGE} AS capwrap

FROM ${BASE_IMAGE}
# Every copy of the program must include its licences: docs/packaging.md.
COPY --from=capwrap /licenses /licenses
COPY --from=capwrap /capwrap /capwrap
