-- +goose Up
create table person_settings (
    tenant     text   not null,
    person     text   not null,
    language   text   not null,
    invited    bigint not null,
    scheduled  bigint not null,
    pmi        bigint not null,
    reminder   bigint not null,
    sync       bigint not null,
    updated_at bigint not null,
    primary key (tenant, person)
);

alter table policies add column switched_on text not null default '';

-- +goose Down
alter table policies drop column switched_on;
drop table person_settings;
