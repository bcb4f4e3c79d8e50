#include "capwrap/foreign.h"

const struct foreign_options FOREIGN[FOREIGN_COUNT] = {
    {"cap,caps,cap-add,inh,addamb,inh-caps,ambient-caps,ambient,keep-caps,keepcaps,capabilities,"
     "AmbientCapabilities",
     "write --keep CAP[,CAP...]: capwrap drops every other capability"},
    {"drop,cap-drop,bounding-set,bounding,bset,delamb,noamb,CapabilityBoundingSet",
     "leave it out: capwrap drops every capability that --keep does not name"},
    {"uid,gid,reuid,regid,ruid,euid,rgid,egid,setuid,setgid,chuid,username,"
     "runAsUser,runAsGroup",
     "write --user USER[:GROUP], with names or numbers"},
    {"group", "write --user USER:GROUP for the primary group, or --groups LIST for the others"},
    {"supplementalGroups,fsGroup,SupplementaryGroups,supp-group", "write --groups LIST"},
    {"init-groups", "write --groups init"},
    {"clear-groups", "write --groups none"},
    {"keep-groups", "write --groups keep"},
    {"nnp,no-new-privileges,NoNewPrivileges,allowPrivilegeEscalation", "write --no-new-privs"},
    {"secbits,securebits", "write --lock-securebits"},
    {"cwd,wd,workdir,working-directory,directory", "write --chdir DIR"},
    {"preserve-env,preserve-environment,keep-env",
     "leave it out: capwrap passes the environment on, except with --reset-env"},
    {"login", "leave it out: --user sets HOME, USER and LOGNAME"},
    {"dump,print", "write --status"},
    {"seccomp,seccomp-filter", "leave it out: capwrap installs no filter but --disable-userns"},
};
