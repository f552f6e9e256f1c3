-- +goose Up
create table policies (
    tenant           text   not null primary key,
    zoom_status      text   not null,
    zoom_by          text   not null,
    zoom_since       bigint not null,
    microsoft_status text   not null,
    microsoft_by     text   not null,
    microsoft_since  bigint not null,
    switched_off     text   not null,
    version          bigint not null
);

create table policy_changes (
    tenant       text   not null,
    id           text   not null,
    at           bigint not null,
    by_whom      text   not null,
    what         text   not null,
    before_value text   not null,
    after_value  text   not null,
    primary key (tenant, id)
);
create index policy_changes_at on policy_changes (tenant, at);

-- +goose Down
drop table policy_changes;
drop table policies;
